/**
 * A STAND-IN for Pulumi's language host for Node, which no package holds: the engine starts it for a project whose runtime is
 * `nodejs`, it serves proto/language.proto, and starts the program as the real one does, by `@pulumi/pulumi/cmd/run`. It installs
 * nothing and knows of no plugins.
 */
const { spawn } = require('node:child_process');
const { Server, ServerCredentials, status } = require('@grpc/grpc-js');
const language = require('@pulumi/pulumi/proto/language_pb');
const { LanguageRuntimeService } = require('@pulumi/pulumi/proto/language_grpc_pb');
const { PluginInfo } = require('@pulumi/pulumi/proto/plugin_pb');
const { Empty } = require('google-protobuf/google/protobuf/empty_pb');

/** What a program ends with once it has told of its error by itself: pulumi/pulumi, sdk/nodejs/cmd/run/run.ts. */
const ERROR_WAS_TOLD = 32;

let engine = process.argv.slice(2).findLast((argument) => !argument.startsWith('-'));

function run({ request }, answer) {
  const info = request.getInfo();
  const options = info.getOptions()?.toJavaScript() ?? {};
  const args = [
    ...String(options.nodeargs ?? '')
      .split(' ')
      .filter(Boolean),
    require.resolve('@pulumi/pulumi/cmd/run'),
    ...['--monitor', request.getMonitorAddress(), '--engine', engine],
    ...['--project', request.getProject(), '--stack', request.getStack(), '--organization', request.getOrganization()],
    ...['--root-directory', info.getRootDirectory(), '--pwd', request.getPwd()],
    ...(request.getDryrun() ? ['--dry-run'] : []),
    ...['--parallel', String(request.getParallel())],
    info.getEntryPoint() || '.',
    ...request.getArgsList(),
  ];
  const child = spawn(process.execPath, args, {
    cwd: info.getProgramDirectory(),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
    },
  });
  child.on('close', (code, signal) => {
    const response = new language.RunResponse();
    if (code === ERROR_WAS_TOLD) response.setBail(true);
    else if (code !== 0) response.setError(`the program ended with ${code ?? signal}`);
    answer(null, response);
  });
}

const unimplemented = (_, answer) => answer({ code: status.UNIMPLEMENTED });
const always = (response) => (_, answer) => answer(null, response);

const service = {
  ...Object.fromEntries(Object.keys(LanguageRuntimeService).map((name) => [name, unimplemented])),
  handshake: ({ request }, answer) => {
    engine = request.getEngineAddress() || engine;
    answer(null, new language.LanguageHandshakeResponse());
  },
  getPluginInfo: always(new PluginInfo().setVersion('0.0.0')),
  getRequiredPackages: always(new language.GetRequiredPackagesResponse()),
  about: always(new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  runtimeOptionsPrompts: always(new language.RuntimeOptionsResponse()),
  cancel: always(new Empty()),
  run,
};

const server = new Server();
server.addService(LanguageRuntimeService, service);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the first line.
  process.stdout.write(`${port}\n`);
});
