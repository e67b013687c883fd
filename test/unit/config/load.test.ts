import {
  ConfigInvalidError,
  loadConfig,
  showConfig,
  type Environment,
} from '../../../src/app/config/index.js';

const load = (env: Environment = {}) => loadConfig(env, '/srv/leibniz');

function problemsOf(env: Environment): string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigInvalidError) return error.problems.map((problem) => problem.message);
    throw error;
  }
  return [];
}

describe('defaults', () => {
  test('an empty environment is a working configuration on loopback', () => {
    const config = load();
    expect(config.sip).toEqual({
      server: { kind: 'embedded' },
      host: '127.0.0.1',
      port: 5060,
      publicHost: undefined,
      peers: [],
      numbers: [],
      trustedPeers: [],
      sessionTimer: { expiresS: 1800, minS: 90 },
    });
    expect(config.http).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      adminToken: undefined,
      rateLimitPerMinute: 10,
    });
    expect(config.sessions.ttlMs).toBe(1_800_000);
    expect(config.store.dataDir).toBe('/srv/leibniz/data');
    expect(config.warnings).toEqual([]);
  });

  test('other programs variables are neither errors nor warnings', () => {
    expect(
      load({ PATH: '/bin', HOME: '/root', HTTP_PROXY: 'http://proxy:3128', NODE_ENV: 'test' }).warnings,
    ).toEqual([]);
  });
});

describe('text counts as it stands', () => {
  test('0 is a value', () => {
    const config = load({ SIP_PORT: '0', HTTP_PORT: '0', RATE_LIMIT_PER_MINUTE: '0', MAX_CALLS: '0' });
    expect([config.sip.port, config.http.port, config.http.rateLimitPerMinute, config.calls.max]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test('0 switches a limit off where the documentation says so', () => {
    const config = load({ MAX_CALL_SECONDS: '0', RTP_INACTIVITY_S: '0' });
    expect(config.calls.maxDurationMs).toBeUndefined();
    expect(config.rtp.inactivityMs).toBeUndefined();
  });

  test('empty text unsets what may be unset', () => {
    const config = load({ DATABASE_URL: '', ADMIN_TOKEN: '', TRUSTED_PEERS: '', TIMEZONE: '' });
    expect(config.store.databaseUrl).toBeUndefined();
    expect(config.http.adminToken).toBeUndefined();
    expect(config.sip.trustedPeers).toEqual([]);
  });

  test('empty text does not fall back to the default of a setting that needs a value', () => {
    expect(problemsOf({ LOG_LEVEL: '' })).toEqual([
      'LOG_LEVEL is empty: it must be one of trace, debug, info, warn, error, fatal, silent',
    ]);
    expect(problemsOf({ SIP_PORT: ' ' })).toHaveLength(1);
  });
});

describe('what is refused', () => {
  test.each([
    ['SIP_PORT', '70000'],
    ['SIP_PORT', '5060.5'],
    ['SIP_PORT', '0x13c4'],
    ['HTTP_PORT', '-1'],
    ['SIP_HOST', '127.0.0.1:5060'],
    ['SIP_HOST', '999.1.2.3'],
    ['PUBLIC_HOST', 'http://example.org'],
    ['TRUSTED_PEERS', '10.0.0.0/33'],
    ['TRUSTED_PEERS', 'pbx.example.org'],
    ['SIP_SERVER', 'drachtio://127.0.0.1:9022'],
    ['SIP_SERVER', 'drachtio://secret@host:99999'],
    ['DATABASE_URL', 'mysql://host/db'],
    ['REDIS_URL', 'localhost:6379'],
    ['TIMEZONE', 'Mars/Olympus'],
    ['TRANSFER_TARGET', '555-1234'],
    ['FOLLOWUP_WEBHOOK_URL', 'ftp://example.org'],
    ['ALLOWED_ORIGINS', 'https://example.org/console'],
    ['LOG_PII', 'yes please'],
    ['SESSION_TTL_S', '0'],
    ['ADMIN_TOKEN', 'two words'],
  ])('%s=%s', (key, value) => {
    const messages = problemsOf({ [key]: value });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(`${key} is "`);
    expect(messages[0]).toContain('it must be ');
  });

  test('every wrong setting is named in one error', () => {
    let caught: unknown;
    try {
      load({ SIP_PORT: 'abc', HTTP_PORT: 'def', LOG_LEVEL: 'loud' });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ConfigInvalidError);
    const error = caught as ConfigInvalidError;
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.field).toBe('SIP_PORT,HTTP_PORT,LOG_LEVEL');
    expect(error.message).toMatch(/^3 settings are wrong:\n/);
    for (const text of ['SIP_PORT is "abc"', 'HTTP_PORT is "def"', 'LOG_LEVEL is "loud"']) {
      expect(error.message).toContain(text);
    }
  });

  test('a secret is not repeated in the complaint about it', () => {
    const messages = [
      ...problemsOf({ ADMIN_TOKEN: 'hunter2 hunter2' }),
      ...problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db/x' }),
      ...problemsOf({ SIP_SERVER: 'drachtio://hunter2@bad host' }),
      ...problemsOf({ REDIS_URL: ':hunter2@cache:6379' }),
      ...problemsOf({ FOLLOWUP_WEBHOOK_URL: 'gopher://x/?key=hunter2' }),
    ];
    expect(messages).toHaveLength(5);
    expect(messages.join('\n')).not.toContain('hunter2');
  });
});

describe('settings that depend on each other', () => {
  test('a key for access tokens is long, and exchanges on other machines give a password', () => {
    expect(problemsOf({ AUTH_SECRET: 'short' })[0]).toContain('AUTH_SECRET is shorter than 32 characters');
    expect(problemsOf({ PBX_PORT: '8090', PBX_HOST: '0.0.0.0' })[0]).toContain('PBX_SECRET is not set');
    expect(problemsOf({ PBX_PORT: '8090', PBX_HOST: '0.0.0.0', PBX_SECRET: 'x'.repeat(32) })).toEqual([]);
  });

  test.each(['x', 'short-token', 'x'.repeat(32), 'abcabcabcabcabcabcabc'])(
    'token %s can be guessed: only a warning on loopback, refused elsewhere',
    (token) => {
      expect(problemsOf({ ADMIN_TOKEN: token })).toEqual([]);
      expect(problemsOf({ HTTP_HOST: '0.0.0.0', ADMIN_TOKEN: token })[0]).toMatch(
        /^ADMIN_TOKEN can be guessed, and HTTP_HOST is "0\.0\.0\.0"/,
      );
      const feed = { HTTP_HOST: '0.0.0.0', ADMIN_TOKEN: 'k3Vq9-random-Xw7', CALENDAR_FEED_TOKEN: token };
      expect(problemsOf(feed)[0]).toMatch(/^CALENDAR_FEED_TOKEN can be guessed/);
    },
  );

  test('RTP ports run upwards and hold a pair per call', () => {
    expect(problemsOf({ RTP_PORT_MIN: '20000', RTP_PORT_MAX: '19999' })[0]).toContain(
      'RTP_PORT_MAX is "19999": it must be greater than RTP_PORT_MIN, which is 20000',
    );
    expect(problemsOf({ RTP_PORT_MIN: '20001', RTP_PORT_MAX: '20010', MAX_CALLS: '5' })[0]).toContain(
      'MAX_CALLS is "5": it must be at most 4',
    );
    expect(problemsOf({ RTP_PORT_MIN: '20000', RTP_PORT_MAX: '20009', MAX_CALLS: '5' })).toEqual([]);
  });

  test('the number of calls is left to the machine unless told', () => {
    const { calls, rtp } = load({ RTP_PORT_MIN: '20000', RTP_PORT_MAX: '20019' });
    expect([calls.max, rtp.pairs]).toEqual([undefined, 10]);
  });

  test('fewer than two pairs of ports for each call are warned of', () => {
    const range = { RTP_PORT_MIN: '20000', RTP_PORT_MAX: '20199' };
    expect(load({ ...range, MAX_CALLS: '50' }).warnings).toEqual([]);
    expect(load({ ...range, MAX_CALLS: '51' }).warnings[0]).toMatch(/100 pairs of ports for MAX_CALLS 51/);
  });

  test('SIP, HTTP and RTP do not share ports', () => {
    expect(problemsOf({ SIP_PORT: '10500' })[0]).toContain('outside the RTP ports 10000 to 10999');
    expect(problemsOf({ SIP_PORT: '8080' })[0]).toContain('HTTP_PORT is "8080"');
  });

  test('a wrong setting is not blamed twice', () => {
    expect(problemsOf({ RTP_PORT_MIN: 'low', RTP_PORT_MAX: '9' })).toHaveLength(2);
  });
});

describe('values', () => {
  test('drachtio addresses give host, port and secret', () => {
    expect(load({ SIP_SERVER: 'drachtio://cymru@10.0.0.9:9030' }).sip.server).toEqual({
      kind: 'drachtio',
      host: '10.0.0.9',
      port: 9030,
      secret: 'cymru',
    });
    expect(load({ SIP_SERVER: 'drachtio://a%40b@[::1]' }).sip.server).toEqual({
      kind: 'drachtio',
      host: '::1',
      port: 9022,
      secret: 'a@b',
    });
  });

  test('networks are normalised to prefixes', () => {
    expect(load({ TRUSTED_PEERS: '192.168.1.0/24, 10.0.0.5,fd00::/8' }).sip.trustedPeers).toEqual([
      '192.168.1.0/24',
      '10.0.0.5/32',
      'fd00::/8',
    ]);
  });
});

describe('warnings', () => {
  test('a mistyped setting is named with its neighbour', () => {
    expect(load({ SIP_PORTS: '5070', LEIBNIZ_COLOUR: 'blue' }).warnings).toEqual([
      'LEIBNIZ_COLOUR is not a setting and has no effect',
      'SIP_PORTS is not a setting; did you mean SIP_PORT?',
    ]);
  });

  test('a short token, logged personal data and unsigned follow-ups are pointed out', () => {
    const { warnings } = load({
      ADMIN_TOKEN: 'short',
      LOG_PII: 'true',
      FOLLOWUP_WEBHOOK_URL: 'https://x.example',
    });
    expect(warnings.map((w) => w.split(' ')[0])).toEqual([
      'ADMIN_TOKEN',
      'FOLLOWUP_WEBHOOK_SECRET',
      'LOG_PII',
    ]);
  });
});

describe('recognisers', () => {
  const order = (env: Record<string, string>): readonly string[] => load(env).speech.stt;

  test('the named one first, then those with a key, the embedded one always last', () => {
    expect(order({})).toEqual(['moonshine']);
    const keys = { DEEPGRAM_API_KEY: 'd', ASSEMBLYAI_API_KEY: 'a', STT_OPENAI_URL: 'http://127.0.0.1:8000' };
    expect(order({ STT_PRIMARY_PROVIDER: 'assemblyai', ...keys })).toEqual([
      'assemblyai',
      'deepgram',
      'openai',
      'moonshine',
    ]);
    expect(order({ STT_PRIMARY_PROVIDER: 'moonshine', ...keys })).toEqual(['moonshine']);
  });

  test.each([
    [
      { STT_PRIMARY_PROVIDER: 'nobody' },
      /STT_PRIMARY_PROVIDER is "nobody": it must be one of moonshine, deepgram/,
    ],
    [
      { STT_PRIMARY_PROVIDER: 'deepgram,gemini' },
      /STT_PRIMARY_PROVIDER is "deepgram,gemini": it must be one of/,
    ],
    [
      { STT_PRIMARY_PROVIDER: 'deepgram' },
      /DEEPGRAM_API_KEY is not set although STT_PRIMARY_PROVIDER is "deepgram"/,
    ],
    [{ STT_PRIMARY_PROVIDER: 'sherpa' }, /SHERPA_STT_DIR is not set although/],
    [
      { VAD_TIMEOUT_INITIAL: '0' },
      /VAD_TIMEOUT_INITIAL is "0": it must be a number of seconds from 1 to 120/,
    ],
    [{ VAD_LANGUAGE: 'english' }, /VAD_LANGUAGE is "english": it must be a language tag/],
  ])('%o is one sentence', (env, sentence) => {
    expect(() => load(env)).toThrow(sentence);
  });

  test('a key that is not used is pointed out, but for that of Gemini, which serves others too', () => {
    expect(load({ DEEPGRAM_API_KEY: 'd' }).warnings).toEqual([
      'DEEPGRAM_API_KEY is set although STT_PRIMARY_PROVIDER is not: speech is recognised on this machine; set STT_PRIMARY_PROVIDER=deepgram to use it',
    ]);
    expect(load({ GEMINI_API_KEY: 'g' }).warnings).toEqual([]);
  });

  test('waits in silence, in seconds with fractions', () => {
    const { silence } = load({ VAD_TIMEOUT_GREETING: '7.5' }).speech;
    expect(silence).toEqual({ firstMs: 10_000, afterGreetingMs: 7500, decisionMs: 15_000 });
  });
});

describe('showConfig', () => {
  test('shows every setting with its source and hides secrets', () => {
    const shown = showConfig({
      ADMIN_TOKEN: 'hunter2hunter2',
      DATABASE_URL: 'postgres://user:hunter2@db:5432/x?sslkey=hunter2',
      SIP_SERVER: 'drachtio://hunter2@host',
      SIP_PORT: '5070',
    });
    expect(JSON.stringify(shown)).not.toContain('hunter2');
    expect(shown).toContainEqual(
      expect.objectContaining({ key: 'SIP_PORT', value: '5070', source: 'environment' }),
    );
    expect(shown).toContainEqual(
      expect.objectContaining({ key: 'HTTP_PORT', value: '8080', source: 'default' }),
    );
    expect(shown).toContainEqual(
      expect.objectContaining({ key: 'REDIS_URL', value: null, source: 'default' }),
    );
    expect(shown).toContainEqual(
      expect.objectContaining({
        key: 'DATABASE_URL',
        value: 'postgres://***@db:5432/x?***',
        source: 'environment',
      }),
    );
  });
});
