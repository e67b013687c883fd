/** The part of the package that is used; it carries no types of its own. */
declare module '@jambonz/node-client' {
  interface WebhookResponse {
    addVerb(name: string, properties: Readonly<Record<string, unknown>>): this;
    toJSON(): unknown[];
  }
  interface SignedRequest {
    readonly url: string;
    readonly body: Buffer;
    get(name: string): string;
  }
  const client: {
    readonly WebhookResponse: {
      new (): WebhookResponse;
      verifyJambonzSignature(
        secret: string,
      ): (request: SignedRequest, response: undefined, next: () => void) => void;
    };
  };
  export default client;
}
