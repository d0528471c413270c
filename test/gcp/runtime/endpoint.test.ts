/** An endpoint of Vertex AI whose traffic the loop moves: what it is asked, and what it makes of that. */
import { deployedModelId, versionServed } from '../../../constructs/gcp/endpoint-names.runtime';
import { Refused } from '../../../runtime/loop/platform';
import { REVISION, Stage, V1, V2 } from './endpoint-stage';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.google.stop());

const reopen = async (options: Parameters<typeof Stage.open>[0]) => {
  await stage.google.stop();
  stage = await Stage.open(options);
};

describe('the first deployment', () => {
  it('has all traffic when it is ready', async () => {
    expect(await stage.view()).toMatchObject({ exists: false, busy: false, deployments: [] });
    await stage.place('v1');
    expect(await stage.view()).toMatchObject({ exists: true });
    expect(await stage.seen()).toEqual(['v1 creating 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    expect(stage.endpoint.figuresOf(`v1-${REVISION}`)).toBe(V1);
  });

  it('is told of model, account, machine and replicas', async () => {
    await stage.serve();
    expect(stage.last('DeployModel')).toEqual({
      deployedModel: {
        id: V1,
        displayName: `v1-${REVISION}`,
        model: 'projects/shop-project/locations/europe-west4/models/shop-sales@1',
        serviceAccount: 'serve@shop-project.iam.gserviceaccount.com',
        dedicatedResources: {
          machineSpec: { machineType: 'n1-standard-2' },
          minReplicaCount: 1,
          maxReplicaCount: 1,
          autoscalingMetricSpecs: [
            { metricName: 'aiplatform.googleapis.com/prediction/online/cpu/utilization', target: 60 },
          ],
        },
      },
      trafficSplit: { 0: 100 },
    });
  });

  it('that fails is a failed deployment in Google’s words, until it is cleared away and placed again', async () => {
    stage.google.vertex.script('DeployModel', { error: { code: 9, message: 'Model server exited unexpectedly.' } });
    await stage.place('v1');
    stage.end();
    expect(await stage.view()).toMatchObject({ exists: false, busy: false });
    expect(await stage.seen()).toEqual(['v1 failed 0']);
    expect(await stage.again().seen()).toEqual(['v1 failed 0']);
    expect(stage.endpoint.failure).toBe('Model server exited unexpectedly.');
    await stage.retire('v1');
    expect(await stage.seen()).toEqual([]);
    expect(stage.endpoint.failure).toBeUndefined();
    await stage.serve();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });

  it('serves nothing before its operation is done, also where Vertex AI shows it already', async () => {
    stage.google.vertex.state.listsDeploying = true;
    await stage.place('v1');
    expect(await stage.seen()).toEqual(['v1 creating 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });
});

describe('the id of a deployed model', () => {
  it('tells the version, and is another one at another revision', () => {
    const named = { version: 'v123', revision: REVISION };
    expect(deployedModelId(named)).toMatch(/^123\d{4}$/);
    expect(deployedModelId({ ...named, revision: 'ffff0000' })).not.toBe(deployedModelId(named));
    expect(versionServed(deployedModelId(named))).toBe('v123');
    expect(versionServed(deployedModelId({ ...named, version: 'v999999' }))).toBe('v999999');
  });

  it('of more digits than Vertex AI takes is refused', () => {
    expect(() => deployedModelId({ version: 'v1000000', revision: REVISION })).toThrow('more than 6 digits');
  });

  it.each(['7204817237498167296', '4837', '04837', ''])('that is %p is none of ours', (id) => {
    expect(versionServed(id)).toBeUndefined();
  });
});

describe('a second deployment', () => {
  beforeEach(() => stage.serve());

  it('comes without traffic, and what serves keeps its own', async () => {
    await stage.place('v2');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 creating 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
    expect(stage.last('DeployModel')).toMatchObject({ trafficSplit: { 0: 0, [V1]: 100 } });
    expect(stage.shares()).toEqual({ [V1]: 100, [V2]: 0 });
  });

  it('at another revision has its own machine beside the first one', async () => {
    stage = stage.again({ revision: 'ffff0000', machine: 'n1-highcpu-8' });
    await stage.place('v1', { revision: 'ffff0000' });
    stage.end();
    expect((await stage.view()).deployments.map(({ id }) => id)).toEqual([`v1-${REVISION}`, 'v1-ffff0000']);
    expect(stage.last('DeployModel')).toMatchObject({
      deployedModel: { dedicatedResources: { machineSpec: { machineType: 'n1-highcpu-8' } } },
    });
  });

  it('that does not start leaves the endpoint as it was, and is seen as failed until it is cleared away', async () => {
    stage.google.vertex.script('DeployModel', { error: { code: 8, message: 'Not enough CPUs.' } });
    await stage.place('v2');
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 failed 0']);
    const { etag } = await stage.view();
    await stage.retire('v2');
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    expect((await stage.view()).etag).not.toBe(etag);
    expect(stage.asked('UndeployModel')).toHaveLength(0);
    await stage.place('v2');
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
  });

  it('is placed once, however often it is asked for', async () => {
    await stage.place('v2');
    await stage.place('v2');
    stage.end();
    await stage.place('v2');
    expect(stage.asked('DeployModel')).toHaveLength(2);
  });

  it('that was undeployed by hand is none that failed', async () => {
    await stage.place('v2');
    stage.end();
    const { deployedModels } = stage.google.vertex.endpoint('shop-online');
    stage.google.vertex.setEndpoint('shop-online', {
      deployedModels: deployedModels.filter(({ id }) => id === V1),
      trafficSplit: { [V1]: 100 },
    });
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });

  it('refuses a third one, and one of a revision whose settings are not known', async () => {
    await stage.place('v2');
    stage.end();
    await expect(stage.place('v3')).rejects.toThrow('both slots are taken');
    await stage.retire('v2');
    stage.end();
    await expect(stage.place('v1', { revision: 'ffff0000' })).rejects.toThrow(
      `got revision ffff0000, expected ${REVISION}`,
    );
  });

  it('is refused, and nothing is on record, while somebody else changes the endpoint', async () => {
    const before = await stage.view();
    stage.google.faults.once('EndpointService.DeployModel', 'aborted');
    await expect(stage.place('v2')).rejects.toThrow(Refused);
    expect(await stage.view()).toEqual(before);
  });

  it('of two looks at the same moment is placed by one', async () => {
    const { etag } = await stage.view();
    const results = await Promise.allSettled([
      stage.place('v2', { ifMatch: etag }),
      stage.again().place('v2', { ifMatch: etag }),
    ]);
    expect(results.map(({ status }) => status)).toContain('fulfilled');
    expect(stage.asked('DeployModel').filter(({ status }) => status === 200)).toHaveLength(2);
  });
});

describe('what was asked for, and nobody heard whether it was taken', () => {
  beforeEach(() => stage.serve());
  const lose = async (call: string, work: () => Promise<void>) => {
    stage.google.faults.once(`EndpointService.${call}`, 'reset-after');
    await expect(work()).rejects.toThrow(call === 'UpdateEndpoint' ? 'PATCH' : 'POST');
  };

  it('is found among the endpoint’s operations', async () => {
    await lose('DeployModel', () => stage.place('v2'));
    expect(stage.record()).toMatchObject({ asked: { operation: 'place', begun: false } });
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 creating 0', 'changing']);
    expect(stage.record()).toMatchObject({
      asked: { begun: true, name: expect.stringMatching(/operations/) as string },
    });
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
  });

  it('and has failed meanwhile, is known to have failed', async () => {
    stage.google.vertex.script('DeployModel', { takes: 5000, error: { code: 9, message: 'no' } });
    await lose('DeployModel', () => stage.place('v2'));
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 failed 0']);
  });

  it('is not taken for an operation that was there before', async () => {
    stage.google.vertex.script('DeployModel', { error: { code: 9, message: 'no' } });
    await stage.place('v2');
    stage.end();
    await stage.retire('v2');
    stage.google.faults.once('EndpointService.DeployModel', 'reset-before');
    await expect(stage.place('v2')).rejects.toThrow();
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });

  it('counts as under way while lists may lack it, and as never sent after that', async () => {
    stage.google.faults.once('EndpointService.DeployModel', 'reset-before');
    await expect(stage.place('v2')).rejects.toThrow();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 creating 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    await stage.place('v2');
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
  });

  it('is found late where the list of operations lags', async () => {
    stage.google.clock.advance(3_600_000);
    stage.google.faults.configure({ seed: 3, lag: 50_000 });
    await lose('DeployModel', () => stage.place('v2'));
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 creating 0', 'changing']);
    expect(stage.record()).toMatchObject({ asked: { begun: false } });
    stage.end(1);
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 creating 0', 'changing']);
    expect(stage.record()).toMatchObject({ asked: { begun: true } });
  });

  it('is seen at the endpoint where it is traffic', async () => {
    await stage.place('v2');
    stage.end();
    await lose('UpdateEndpoint', () => stage.shift({ v1: 90, v2: 10 }));
    expect(await stage.seen()).toEqual(['v1 ready 90', 'v2 ready 10']);
  });

  it('is not taken for another kind of operation', async () => {
    await stage.place('v2');
    stage.end();
    await stage.retire('v2');
    stage.end();
    await lose('DeployModel', () => stage.place('v3'));
    const [found] = (await stage.again().view()).deployments.slice(1);
    expect(found).toMatchObject({ version: 'v3', state: 'creating' });
    expect(
      stage.google.vertex.state.operations.get(stage.record().asked!['name' as never] as string)!.metadata,
    ).toMatchObject({
      '@type': expect.stringContaining('.DeployModelOperationMetadata') as string,
    });
  });
});

describe('traffic', () => {
  beforeEach(() => stage.serveTwo());

  it('moves at once, by the whole split and Vertex AI’s own etag', async () => {
    const { etag } = stage.google.vertex.endpoint('shop-online');
    await stage.shift({ v1: 90, v2: 10 });
    expect(await stage.seen()).toEqual(['v1 ready 90', 'v2 ready 10']);
    const [asked] = stage.asked('UpdateEndpoint');
    expect(asked).toMatchObject({ query: { updateMask: 'trafficSplit' } });
    expect(asked?.body).toEqual({ trafficSplit: { [V1]: 90, [V2]: 10 }, etag });
    await stage.shift({ v2: 100 });
    expect(stage.shares()).toEqual({ [V1]: 0, [V2]: 100 });
    expect(await stage.seen()).toEqual(['v1 ready 0', 'v2 ready 100']);
  });

  it('that is so already is not moved', async () => {
    await stage.shift({ v1: 100 });
    expect(stage.asked('UpdateEndpoint')).toHaveLength(0);
  });

  it('refuses shares that do not add up, or go to what is not ready', async () => {
    await expect(stage.shift({ v1: 90, v2: 20 })).rejects.toThrow('got a sum of 110, expected 100');
    await expect(stage.shift({ v1: 90, v3: 10 })).rejects.toThrow(Refused);
  });

  it('is refused on an older look: whatever was changed since', async () => {
    const before = (await stage.view()).etag;
    await stage.shift({ v1: 90, v2: 10 });
    await expect(stage.shift({ v2: 100 }, { ifMatch: before })).rejects.toThrow('the endpoint has changed');
    // Back to the same shares, but not to the same etag: a trial that began before is over.
    await stage.shift({ v1: 100 });
    await expect(stage.shift({ v2: 100 }, { ifMatch: before })).rejects.toThrow(Refused);
    expect(stage.shares()).toEqual({ [V1]: 100, [V2]: 0 });
  });

  it('of two looks at the same moment is moved by one', async () => {
    const { etag } = await stage.view();
    const results = await Promise.allSettled([
      stage.shift({ v1: 90, v2: 10 }, { ifMatch: etag }),
      stage.again().shift({ v2: 100 }, { ifMatch: etag }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(stage.asked('UpdateEndpoint')).toHaveLength(1);
  });

  it('is refused, and nothing is on record, where somebody else changes the endpoint in between', async () => {
    const before = await stage.view();
    stage.google.faults.once('EndpointService.UpdateEndpoint', 'aborted');
    await expect(stage.shift({ v1: 90, v2: 10 }, { ifMatch: before.etag })).rejects.toThrow(Refused);
    expect(await stage.view()).toEqual(before);
  });

  it('is refused while a deployment is being undeployed', async () => {
    const { etag } = await stage.view();
    await stage.retire('v2');
    await expect(stage.shift({ v2: 100 }, { ifMatch: etag })).rejects.toThrow('the endpoint is changing');
  });

  it('waits while Vertex AI answers for a moment as if nothing had been asked', async () => {
    const before = stage.google.vertex.endpoint('shop-online');
    await stage.shift({ v1: 90, v2: 10 });
    stage.google.vertex.setEndpoint('shop-online', { trafficSplit: before.trafficSplit });
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
  });
});

describe('the etag', () => {
  beforeEach(() => stage.serveTwo());

  it('is one that a label takes', async () => {
    expect((await stage.view()).etag).toMatch(/^[a-z0-9_-]{1,63}$/);
  });

  it('is touched by whoever moves traffic or deploys, and by nothing else', async () => {
    const { etag } = await stage.view();
    stage.scale(V1, 4);
    stage.google.vertex.setEndpoint('shop-online', { labels: { team: 'shop' } });
    expect((await stage.view()).etag).toBe(etag);
    stage.google.vertex.setEndpoint('shop-online', { trafficSplit: { [V1]: 50, [V2]: 50 } });
    const moved = (await stage.view()).etag;
    expect(moved).not.toBe(etag);
    stage.adopt({ id: '1' }, { [V1]: 50, [V2]: 50 });
    expect((await stage.view()).etag).not.toBe(moved);
  });
});

describe('a deployment that gets more traffic', () => {
  let before = '';
  const grown = async (carrying: number, shares: Record<string, number>, guarded = true) => {
    await reopen({ replicas: { min: 1, max: 4 } });
    await stage.serveTwo();
    stage.scale(V1, carrying);
    before = (await stage.view()).etag;
    return stage.shift(shares, { guarded });
  };

  it('gets its part of the replicas first', async () => {
    await expect(grown(4, { v1: 50, v2: 50 })).rejects.toThrow('gets 2 replicas first');
    expect(stage.last('MutateDeployedModel')).toEqual({
      deployedModel: { id: V2, dedicatedResources: { minReplicaCount: 2 } },
      updateMask: 'dedicatedResources.minReplicaCount',
    });
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0', 'changing']);
    stage.end();
    // No traffic has moved: a trial that began before goes on.
    expect((await stage.view()).etag).toBe(before);
    await stage.shift({ v1: 50, v2: 50 });
    expect(await stage.seen()).toEqual(['v1 ready 50', 'v2 ready 50']);
  });

  it('goes on without them where they do not come', async () => {
    const none = { code: 8, message: 'Not enough CPUs.' };
    await reopen({ replicas: { min: 1, max: 4 } });
    await stage.serveTwo();
    stage.scale(V1, 4);
    stage.google.vertex.script('MutateDeployedModel', { error: none });
    await expect(stage.shift({ v1: 50, v2: 50 })).rejects.toThrow(Refused);
    stage.end();
    await stage.shift({ v1: 50, v2: 50 });
    expect(await stage.seen()).toEqual(['v1 ready 50', 'v2 ready 50']);
  });

  it('gives them back to autoscaling when that knows the traffic', async () => {
    await expect(grown(4, { v2: 100 })).rejects.toThrow('gets 4 replicas first');
    stage.end();
    await stage.shift({ v2: 100 });
    stage.end(30);
    const { etag } = await stage.view();
    await stage.endpoint.tend();
    expect(stage.asked('MutateDeployedModel')).toHaveLength(1);
    stage.end(60);
    await stage.endpoint.tend();
    expect(stage.last('MutateDeployedModel')).toMatchObject({
      deployedModel: { dedicatedResources: { minReplicaCount: 1 } },
    });
    stage.end();
    expect((await stage.view()).etag).toBe(etag);
    stage.end(60);
    await stage.endpoint.tend();
    expect(stage.asked('MutateDeployedModel')).toHaveLength(2);
  });

  it('does not wait where it has enough, or where others must be left at once', async () => {
    await grown(4, { v1: 90, v2: 10 });
    await grown(4, { v2: 100 }, false);
    expect(stage.asked('MutateDeployedModel')).toHaveLength(0);
  });

  it('does not wait where Vertex AI tells of no replicas', async () => {
    await reopen({ replicas: { min: 2, max: 4 } });
    await stage.serveTwo();
    await stage.shift({ v2: 100 });
    expect(stage.asked('MutateDeployedModel')).toHaveLength(0);
  });
});

describe('what is tended', () => {
  beforeEach(() => stage.serveTwo());

  it('are the aliases, by what the endpoint shows', async () => {
    await stage.endpoint.tend();
    expect(stage.aligned).toEqual([await stage.view()]);
  });

  it('is refused without harm', async () => {
    stage = stage.again({ replicas: { min: 1, max: 4 } });
    stage.google.vertex.setEndpoint('shop-online', {
      deployedModels: stage.google.vertex.endpoint('shop-online').deployedModels.map((one) => ({
        ...one,
        dedicatedResources: { machineSpec: { machineType: 'n1-standard-2' }, minReplicaCount: 3, maxReplicaCount: 4 },
      })),
    });
    stage.end(60);
    stage.google.faults.once('EndpointService.MutateDeployedModel', 'aborted');
    await stage.endpoint.tend();
    expect(stage.asked('MutateDeployedModel').map(({ status }) => status)).toEqual([409]);
  });
});

describe('a retirement', () => {
  beforeEach(() => stage.serveTwo());

  it('undeploys, and frees its slot for the next one', async () => {
    await stage.shift({ v2: 100 });
    await stage.retire('v1');
    expect(stage.last('UndeployModel')).toEqual({ deployedModelId: V1 });
    expect(await stage.seen()).toEqual(['v1 deleting 0', 'v2 ready 100', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v2 ready 100']);
    await stage.place('v3');
    stage.end();
    expect(await stage.seen()).toEqual(['v2 ready 100', 'v3 ready 0']);
  });

  it('is refused under traffic, and changes nothing where it is gone already', async () => {
    await expect(stage.retire('v1')).rejects.toThrow('has 100 % of the traffic');
    await stage.retire('v3');
    await stage.retire('v2');
    await stage.retire('v2');
    expect(stage.asked('UndeployModel')).toHaveLength(1);
  });

  it('that fails leaves it ready, to be retired again', async () => {
    stage.google.vertex.script('UndeployModel', { error: { code: 13, message: 'no' } });
    await stage.retire('v2');
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
    await stage.retire('v2');
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });
});

describe('a removal', () => {
  it('undeploys one after the other, moves traffic only where it must, and leaves the endpoint itself', async () => {
    await stage.serveTwo();
    await stage.shift({ v1: 90, v2: 10 });
    await stage.endpoint.remove();
    expect(stage.last('UndeployModel')).toEqual({ deployedModelId: V2, trafficSplit: { [V1]: 100 } });
    expect(await stage.seen()).toEqual(['v1 ready 90', 'v2 deleting 0', 'changing']);
    await expect(stage.endpoint.remove()).rejects.toThrow('the endpoint is changing');
    stage.end();
    await stage.endpoint.remove();
    expect(stage.last('UndeployModel')).toEqual({ deployedModelId: V1 });
    stage.end();
    expect(await stage.view()).toMatchObject({ exists: false, busy: false, deployments: [] });
    await stage.endpoint.remove();
    expect(stage.asked('UndeployModel')).toHaveLength(2);
    expect(stage.google.vertex.endpoint('shop-online').deployedModels).toEqual([]);
    // What was taken down may come back.
    await stage.serve();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });

  it('takes what somebody else has deployed as well: it is paid for', async () => {
    stage.adopt({ id: '8473618273' }, { 8473618273: 100 });
    await stage.endpoint.remove();
    stage.end();
    expect(await stage.view()).toMatchObject({ exists: false });
  });
});

describe('what somebody else deployed', () => {
  it('is carried along: it serves as v0, and gives its traffic to ours', async () => {
    stage.adopt({ id: '8473618273', displayName: 'by hand' }, { 8473618273: 100 });
    expect(await stage.seen()).toEqual(['v0 ready 100']);
    const [{ id } = { id: '' }] = (await stage.view()).deployments;
    await stage.place('v1');
    stage.end();
    expect(await stage.seen()).toEqual(['v0 ready 100', 'v1 ready 0']);
    await stage.shift({ [id]: 90, v1: 10 });
    await stage.shift({ v1: 100 });
    await stage.retire(id);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });

  it('is not ours for its name alone', async () => {
    stage.adopt({ id: '77', displayName: `v1-${REVISION}` }, { 77: 100 });
    expect(await stage.seen()).toEqual(['v0 ready 100']);
  });

  it('without any traffic gets none, and leaves it to the first of ours', async () => {
    stage.adopt({ id: '77' }, {});
    await stage.place('v1');
    stage.end();
    expect(await stage.seen()).toEqual(['v0 ready 0', 'v1 ready 100']);
  });

  it('while ours is on its way changes nothing about ours', async () => {
    await stage.place('v1');
    stage.adopt({ id: '77' }, { 77: 100 });
    expect(await stage.seen()).toEqual(['v0 ready 100', 'v1 creating 0', 'changing']);
  });
});

it('throws what is no conflict, such as a machine type that does not exist', async () => {
  stage.google.faults.once('EndpointService.DeployModel', 'unavailable');
  await expect(stage.place('v1')).rejects.toThrow('503 UNAVAILABLE');
  await expect(stage.place('v1')).resolves.toBeUndefined();
});

it('where there is no endpoint has nothing, and says so when something is to be placed', async () => {
  const { state } = stage.google.vertex;
  state.endpoints.delete(stage.google.vertex.endpoint('shop-online').name);
  expect(await stage.view()).toMatchObject({ exists: false, busy: false, deployments: [] });
  await expect(stage.place('v1')).rejects.toThrow('404 NOT_FOUND');
});
