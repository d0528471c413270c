/** REST of Vertex AI, from the google.api.http annotations. */
import type { Route } from './http';
import { messageFrom } from './rest';
import type { FakeVertex } from './vertex';
import { vertexMethods } from './vertex-methods';

export const vertexRoutes = (vertex: FakeVertex): readonly Route[] =>
  vertexMethods().flatMap((method) =>
    method.bindings.map((binding) => ({
      ...{ call: method.call, method: binding.verb, path: binding.path },
      answer: (call) => vertex.invoke(method, messageFrom(method.request, binding.body, call), call.asOf),
    })),
  );
