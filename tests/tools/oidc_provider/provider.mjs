// A real provider of OpenID Connect on a loopback port, for tests.
//
//   node provider.mjs CONFIG.json
//
// CONFIG: {port, client_id, client_secret, public_url, accounts}; accounts is the path of a file
// {subject: claims}, read anew at each sign-in, so that a test changes what is said of a person.
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const issuer = `http://127.0.0.1:${config.port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: config.client_id,
      client_secret: config.client_secret,
      redirect_uris: [`${config.public_url}/api/v1/auth/oidc/callback`],
      post_logout_redirect_uris: [`${config.public_url}/sign-in`],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["preferred_username", "groups", "school", "email"] },
  cookies: { keys: ["a key of a test alone"] },
  findAccount: (_context, subject) => {
    const claims = JSON.parse(readFileSync(config.accounts, "utf8"))[subject];
    return claims && { accountId: subject, claims: () => ({ sub: subject, ...claims }) };
  },
});

provider.listen(config.port, "127.0.0.1", () => console.log(`provider: ${issuer}`));
