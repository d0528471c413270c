/**
 * What a provider's resource types take and give, read from the declarations of its SDK. An SDK drops properties that it does not
 * know, and only the compiler would tell; a provider's own schema is part of its plugin, which no package holds.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import * as ts from 'typescript';

/** What a property holds. `object` names one of the schema's shapes; `asset` is a file or an archive. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'any'
  | 'asset'
  | { readonly literal: string | number | boolean }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly object: string }
  | { readonly oneOf: readonly Shape[] };

export interface Field {
  readonly shape: Shape;
  readonly required: boolean;
}

export type Fields = Readonly<Record<string, Field>>;

export interface ResourceType {
  /** Module of the SDK that exports its class, such as `storage/bucket`. */
  readonly module: string;
  readonly class: string;
  readonly inputs: Fields;
  /** What the SDK's class shows of a resource that is there. Required: it is never empty then. */
  readonly outputs: Fields;
  /** Outputs that the SDK itself declares to be secrets. */
  readonly secrets: readonly string[];
  /** Its former tokens, which the SDK declares to be aliases. */
  readonly formerly: readonly string[];
}

export interface Schema {
  /** Of npm, such as `@pulumi/gcp`. */
  readonly package: string;
  readonly version: string;
  /** By token, such as `gcp:storage/bucket:Bucket`. */
  readonly types: Readonly<Record<string, ResourceType>>;
  /** By name, such as `inputs.storage.BucketVersioning`. */
  readonly shapes: Readonly<Record<string, Fields>>;
}

/** Classes by submodule of an SDK: `{ storage: ['Bucket'] }`. The submodule `.` is the package itself. */
export type UsedTypes = Readonly<Record<string, readonly string[]>>;

const CACHE = resolve(__dirname, '../../node_modules/.cache/mlops-constructs/schemas');

/** Reading an SDK takes a second, so what is read is kept, for this SDK, these types and this file. */
export function schemaOf(name: string, used: UsedTypes): Schema {
  const sdk = readFileSync(require.resolve(`${name}/package.json`), 'utf8');
  const parts = [name, sdk, JSON.stringify(used), readFileSync(__filename, 'utf8')];
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const file = join(CACHE, `${digest.slice(0, 16)}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Schema;
  const schema = readSchema(name, used);
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(schema));
  renameSync(unfinished, file);
  return schema;
}

/** Throws where the SDK has no such class, or declares it in a way that is not understood here. */
export function readSchema(name: string, used: UsedTypes): Schema {
  const sdk = new Sdk(dirname(require.resolve(`${name}/package.json`)));
  const types = Object.entries(used).flatMap(([module, classes]) => classes.map((each) => sdk.resource(module, each)));
  return {
    package: name,
    version: sdk.version,
    types: ordered(Object.fromEntries(types)),
    shapes: ordered(Object.fromEntries(sdk.shapes)),
  };
}

const ordered = <T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The declarations of one SDK. They are generated, so a handful of forms is all of them. */
class Sdk {
  readonly version: string;
  readonly shapes = new Map<string, Fields>();
  private readonly namespaces = new Map<string, ReadonlyMap<string, ts.InterfaceDeclaration>>();

  constructor(private readonly folder: string) {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
    this.version = version;
  }

  resource(module: string, name: string): readonly [token: string, type: ResourceType] {
    const file = this.fileOf(module, name);
    const place = { module: relative(this.folder, file), class: name };
    const code = readFileSync(`${file}.js`, 'utf8');
    const token = new RegExp(`class ${name} extends [^]*?__pulumiType = '([^']+)'`).exec(code)?.[1];
    const secrets = JSON.parse(/additionalSecretOutputs: (\[[^\]]*\])/.exec(code)?.[1] ?? '[]') as string[];
    const aliases = /aliasOpts = \{ aliases: \[(.*)\] \}/.exec(code)?.[1] ?? '';
    const formerly = [...aliases.matchAll(/type: "([^"]+)"/g)].map((each) => each[1]!);
    const { statements } = parsed(`${file}.d.ts`);
    const made = statements.filter(ts.isClassDeclaration).find((each) => each.name?.text === name);
    const args = statements.filter(ts.isInterfaceDeclaration).find((each) => each.name.text === `${name}Args`);
    if (token === undefined || !made || !args) throw new Error(`${file}.d.ts declares no resource ${name}`);
    const fields = { inputs: this.fieldsOf(args.members), outputs: this.fieldsOf(made.members) };
    return [token, { ...place, ...fields, secrets, formerly }];
  }

  private fileOf(module: string, name: string): string {
    const index = readFileSync(join(this.folder, module, 'index.js'), 'utf8');
    const file = new RegExp(`lazyLoad\\(exports, \\["${name}"\\], \\(\\) => require\\("([^"]+)"\\)\\)`).exec(
      index,
    )?.[1];
    if (file === undefined) throw new Error(`${join(this.folder, module)} has no class ${name}`);
    return join(this.folder, module, file);
  }

  private fieldsOf(members: ts.NodeArray<ts.ClassElement | ts.TypeElement>): Fields {
    const fields = members.flatMap((member) => {
      const property = (ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) && member;
      if (!property || !property.type || isStatic(property)) return [];
      const { shape, optional } = this.shapeOf(property.type);
      return [[nameOf(property.name), { shape, required: !property.questionToken && !optional }] as const];
    });
    return ordered(Object.fromEntries(fields));
  }

  private shapeOf(node: ts.TypeNode): { readonly shape: Shape; readonly optional: boolean } {
    if (ts.isUnionTypeNode(node)) return this.oneOf(node.types);
    if (ts.isParenthesizedTypeNode(node)) return this.shapeOf(node.type);
    if (ts.isArrayTypeNode(node)) return given({ list: this.shapeOf(node.elementType).shape });
    if (ts.isTypeLiteralNode(node)) return given(this.mapOf(node));
    if (ts.isTypeReferenceNode(node)) return this.named(node);
    if (ts.isLiteralTypeNode(node)) return given({ literal: JSON.parse(node.literal.getText()) as string });
    const keyword = KEYWORDS.get(node.kind);
    if (keyword === undefined) throw new Error(`what is ${node.getText()} in ${node.getSourceFile().fileName}?`);
    return given(keyword);
  }

  private oneOf(nodes: readonly ts.TypeNode[]): { readonly shape: Shape; readonly optional: boolean } {
    const others = nodes.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
    const parts = others.map((node) => this.shapeOf(node));
    const shapes = [...new Map(parts.map(({ shape }) => [JSON.stringify(shape), shape])).values()];
    const optional = others.length < nodes.length || parts.some((part) => part.optional);
    return { shape: shapes.length === 1 ? shapes[0]! : { oneOf: shapes }, optional };
  }

  private mapOf(node: ts.TypeLiteralNode): Shape {
    const [index] = node.members;
    if (node.members.length !== 1 || !index || !ts.isIndexSignatureDeclaration(index))
      throw new Error(`what is ${node.getText()} in ${node.getSourceFile().fileName}?`);
    return { map: this.shapeOf(index.type).shape };
  }

  private named(node: ts.TypeReferenceNode): { readonly shape: Shape; readonly optional: boolean } {
    const name = node.typeName.getText();
    const [argument] = node.typeArguments ?? [];
    if (argument && (name === 'pulumi.Input' || name === 'pulumi.Output')) return this.shapeOf(argument);
    if (name === 'pulumi.asset.Asset' || name === 'pulumi.asset.Archive') return given('asset');
    const [space, ...path] = name.split('.');
    if (space !== 'inputs' && space !== 'outputs')
      throw new Error(`what is ${name} in ${node.getSourceFile().fileName}?`);
    this.addShape(space, path.join('.'));
    return given({ object: name });
  }

  private addShape(space: 'inputs' | 'outputs', name: string): void {
    const key = `${space}.${name}`;
    if (this.shapes.has(key)) return;
    const declared = this.interfaces(space).get(name);
    if (!declared) throw new Error(`${this.folder} declares no ${key}`);
    // Shapes may hold themselves.
    this.shapes.set(key, {});
    this.shapes.set(key, this.fieldsOf(declared.members));
  }

  private interfaces(space: 'inputs' | 'outputs'): ReadonlyMap<string, ts.InterfaceDeclaration> {
    const known = this.namespaces.get(space);
    if (known) return known;
    const found = new Map<string, ts.InterfaceDeclaration>();
    const walk = (nodes: readonly ts.Node[], path: string): void =>
      nodes.forEach((node) => {
        if (ts.isInterfaceDeclaration(node)) found.set(`${path}${node.name.text}`, node);
        if (ts.isModuleDeclaration(node) && node.body && ts.isModuleBlock(node.body))
          walk(node.body.statements, `${path}${node.name.text}.`);
      });
    const file = join(this.folder, 'types', space === 'inputs' ? 'input.d.ts' : 'output.d.ts');
    if (existsSync(file)) walk(parsed(file).statements, '');
    this.namespaces.set(space, found);
    return found;
  }
}

const KEYWORDS: ReadonlyMap<ts.SyntaxKind, Shape> = new Map([
  [ts.SyntaxKind.StringKeyword, 'string'],
  [ts.SyntaxKind.NumberKeyword, 'number'],
  [ts.SyntaxKind.BooleanKeyword, 'boolean'],
  [ts.SyntaxKind.AnyKeyword, 'any'],
]);

const given = (shape: Shape) => ({ shape, optional: false });

const isStatic = (node: ts.PropertySignature | ts.PropertyDeclaration): boolean =>
  ts.isPropertyDeclaration(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);

const nameOf = (name: ts.PropertyName): string => (ts.isStringLiteral(name) ? name.text : name.getText());

function parsed(file: string): ts.SourceFile {
  const options = { languageVersion: ts.ScriptTarget.ES2022, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), options, true);
}
