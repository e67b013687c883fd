// `inject` of Fastify loads the ESM-only package "cookie" with require, which jest cannot do on Node 20.
// Nothing here sends or reads cookies.
const refuse = () => {
  throw new Error('cookies are not supported under test');
};

module.exports = {
  parseSetCookie: refuse,
  stringifySetCookie: refuse,
  parseCookie: refuse,
  stringifyCookie: refuse,
};
