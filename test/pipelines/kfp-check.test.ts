/** What checkIr finds, and that Kubeflow's proto does not. */
import { checkIr } from '../../pipelines/compile/kfp';
import { faults, good, planted } from './kfp-faults';
import { problemsOfProto } from './kfp-proto';

test.each(good)('%s is sound', (_name, document) => {
  expect(checkIr(document)).toEqual([]);
  expect(problemsOfProto(document)).toEqual([]);
});

test.each(faults.map((fault) => [fault.what, fault] as const))('finds %s', (_what, fault) => {
  const document = planted(fault);
  const said = checkIr(document).map(({ path, got, expected }) => `${path} got ${got} expected ${expected}`);
  expect(said.filter((problem) => problem.includes(fault.said))).not.toEqual([]);
  expect(problemsOfProto(document).length > 0).toBe(fault.proto ?? false);
});

test('tells all problems of a document at once, and of one with wrong fields only those', () => {
  const wrong = (names: readonly string[]) => {
    const plant = Object.assign(
      {},
      ...faults.filter(({ what }) => names.includes(what)).map(({ plant }) => plant),
    ) as (typeof faults)[number]['plant'];
    return checkIr(planted({ what: names.join(), in: 'bike-rentals.training', plant, said: '' }));
  };
  expect(wrong(['an SDK that is none', 'no image', 'two sizes'])).toHaveLength(3);
  expect(wrong(['an SDK that is none', 'no image', 'a field that is unknown'])).toHaveLength(1);
});

test('a name may be that of something that every object has', () => {
  const names = ['constructor', 'toString', '__proto__'].map((name) => ({
    what: name,
    in: 'bike-rentals.training',
    plant: { 'root/dag/tasks/select/componentRef/name': name },
    said: '',
  }));
  for (const fault of names) expect(checkIr(planted(fault))[0]).toMatchObject({ got: `"${fault.what}"` });
});
