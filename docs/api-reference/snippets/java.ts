import { type LibraryCall, libraryCall, returnsObject } from './library-call.ts';
import { enclose, JAVA, literal } from './literal.ts';
import { addressOf, type ExampleRequest, headersOf } from './request.ts';

export function javaCall(request: ExampleRequest): string | undefined {
  const call = libraryCall(request.route);
  const line = call && statement(call, request);
  if (line === undefined) return undefined;
  return `${importsOf(line)}import dev.countersign.client.*;

CountersignClient client =
    CountersignClient.builder("${request.base.replace(/\/v1$/, '')}", System.getenv("COUNTERSIGN_API_KEY")).build();

${line}
`;
}

/** The containers that a text makes. */
function importsOf(text: string): string {
  return ['List', 'Map'].map((name) => (text.includes(`${name}.of(`) ? `import java.util.${name};\n` : '')).join('');
}

function statement({ group, method }: LibraryCall, request: ExampleRequest): string | undefined {
  const { id, query, body } = request;
  if (group === undefined) return ownMethod(method, body ?? {});
  const target = `client.${group}().${method}`;
  if (method === 'list') return `${target}().forEach(System.out::println);`;
  const given = method === 'createMany' ? body?.rows : (body ?? (Object.keys(query).length > 0 ? query : undefined));
  const all = [id, given].filter((one) => one !== undefined).map((one) => literal(one, JAVA));
  return print(method, `${target}(${all.join(', ')})`);
}

type Body = Record<string, unknown>;

function ownMethod(method: string, body: Body): string | undefined {
  const call = (input: string) => print(method, `client.${method}(${input})`);
  const make = (type: string, names: readonly string[]) => invoke(type, valuesOf(body, names), 0);
  switch (method) {
    case 'authenticate':
      return call(make('AuthenticateInput.password', ['resource', 'user', 'password']));
    case 'consumeResult':
      return call(make('ConsumeResult.of', ['result', 'resource', 'nonce']));
    case 'createLoginRequest':
      return call(
        `${make('NewLoginRequest.of', ['user', 'resource', 'nonce'])}.passwordChecked(${body.passwordChecked})`,
      );
    case 'createTransaction': {
      const fields = (body.fields as Body[]).map((field) =>
        invoke('new TransactionField', valuesOf(field, ['label', 'value'])),
      );
      return call(
        invoke('NewTransaction.of', [...valuesOf(body, ['user', 'resource', 'nonce']), invoke('List.of', fields)], 0),
      );
    }
    case 'createChallenge':
      return call(make('NewChallenge.ofUser', ['resource', 'user']));
    case 'checkEnvironment':
    case 'saveEnvironment':
      return print(
        method,
        invoke(`client.${method}`, [...valuesOf(body, ['user', 'resource']), environment(body.environment as Body)], 0),
      );
    case 'explain':
      return call(literal(body, JAVA));
    case 'checklist':
      return call('');
    default:
      return undefined;
  }
}

function environment({ screen, ...rest }: Body): string {
  const [language = '', zone = '', ...others] = valuesOf(rest, ['language', 'zone', 'colourDepth', 'userAgent']);
  const size = screen ? invoke('new Environment.Screen', valuesOf(screen as Body, ['width', 'height'])) : 'null';
  return invoke('new Environment', [language, zone, size, ...others]);
}

function valuesOf(body: Body, names: readonly string[]): string[] {
  return names.map((name) => literal(body[name] ?? null, JAVA, 1));
}

function invoke(target: string, parts: readonly string[], indent = 1): string {
  return enclose(`${target}(`, ')', parts, { indent, isStrict: true });
}

function print(method: string, call: string): string {
  return returnsObject(method) ? `System.out.println(${call});` : `${call};`;
}

export function javaHttp(request: ExampleRequest): string {
  const { method, body } = request;
  const content = body
    ? `HttpRequest.BodyPublishers.ofString("""\n    ${JSON.stringify(body, null, 2).replaceAll('\\', '\\\\').replaceAll('\n', '\n    ')}""")`
    : 'HttpRequest.BodyPublishers.noBody()';
  const lines = [
    `HttpRequest.newBuilder(URI.create("${addressOf(request)}"))`,
    `.method("${method}", ${content})`,
    ...headersOf(request).map(
      ({ name, before, secret }) =>
        `.header("${name}", ${before === '' ? '' : `"${before}" + `}System.getenv("${secret}"))`,
    ),
    ...(body ? ['.header("Content-Type", "application/json")'] : []),
    '.build();',
  ];
  return `import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

HttpRequest request =
    ${lines.join('\n        ')}
System.out.println(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
`;
}
