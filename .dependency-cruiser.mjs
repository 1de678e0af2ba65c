// The import rules of the tree (design, section 6): dependencies point one way, and every arrow that is not drawn here is an error.

/** Folder -> what it may import of ours, beside itself. */
const MAY_IMPORT = {
  domain: [],
  data: ['domain'],
  config: ['domain'],
  credentials: ['domain'],
  rfb: [],
  webhooks: ['domain', 'config', 'credentials'],
  store: ['domain'],
  workflows: ['domain'],
  activities: ['domain', 'store', 'config', 'data', 'credentials'],
  workers: ['domain', 'store', 'config', 'data', 'activities', 'workflows', 'webhooks'],
  api: ['domain', 'store', 'config', 'data', 'credentials', 'rfb', 'webhooks'],
  emulator: ['sidecar'],
  sidecar: ['rfb'],
  setup: [],
  cli: ['config', 'store', 'api', 'workers', 'emulator'],
};

const OURS = [...Object.keys(MAY_IMPORT), 'test', 'bench', 'build'];
/** A test may bring what it tests together with what it needs for that. */
const TEST = '\\.test\\.(ts|mjs)$|/testing\\.ts$';

const folders = Object.entries(MAY_IMPORT).map(([folder, others]) => {
  const forbidden = OURS.filter((name) => name !== folder && !others.includes(name));
  return {
    name: `${folder}-imports-only-${others.join('-and-') || 'itself'}`,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: TEST },
    to: { path: `^(${forbidden.join('|')})/`, ...exceptionsOf(folder) },
  };
});

/**
 * Two doors: workflows know the activities by their type alone, and the API the workflows by the messages that they take.
 * The parser that is left under TypeScript 7 can't tell a type from a value: oxlint holds that half (.oxlintrc.json).
 */
function exceptionsOf(folder) {
  if (folder === 'workflows') return { pathNot: '^activities/index\\.ts$' };
  if (folder === 'api') return { pathNot: '^workflows/messages\\.ts$' };
  return {};
}

const pure = (folder) => ({
  name: `${folder}-does-no-io`,
  comment: 'Neither Node nor a package: these rules run in the workflow sandbox and in tests without anything.',
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: TEST },
  to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
});

export default {
  forbidden: [
    ...folders,
    pure('domain'),
    {
      name: 'workflows-import-temporal-alone',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'setup-needs-nothing-installed',
      severity: 'error',
      from: { path: '^setup/', pathNot: TEST },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'nothing-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nothing-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { pathNot: ['^(test|bench)/', TEST] },
      to: { path: ['^test/', TEST] },
    },
    {
      name: 'production-needs-no-dev-dependency',
      severity: 'error',
      from: { path: `^(${Object.keys(MAY_IMPORT).join('|')})/`, pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.berth|tools)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js'],
    },
    parser: 'swc',
  },
};
