// Verify one token with nothing but docs/protocol.md: node verify.mjs registry.json token.jws [unix-seconds]
// Left to a whole verifier: weak keys (5), strict JSON and the claim table (6), hosts of pictures and relations (9), seats (11).
// To try it on a hub: its /v1/keys.json has the form of registry.json, but vouches for nothing; its items' .jws are tokens.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const refuse = (why, code = 1) => { console.log(`refused: ${why}`); process.exit(code); };
const [registryFile, tokenFile, at = Date.now() / 1000] = process.argv.slice(2);
if (!tokenFile) refuse("name two files: node verify.mjs registry.json token.jws [unix-seconds]", 2);
const [registry, token] = [JSON.parse(readFileSync(registryFile, "utf8")), readFileSync(tokenFile, "utf8").trim()];
const parts = token.split(".");
const [header, payload, signature] = parts.map((part) => Buffer.from(part, "base64url"));
if (token.length > 98304 || parts.length !== 3) refuse("token-malformed");                                                // 1, 2
if (parts.some((part, n) => [header, payload, signature][n].toString("base64url") !== part)) refuse("base64-not-canonical");
const named = /^\{"alg":"Ed25519","kid":"([A-Za-z0-9_-]{43})","typ":"syndicate-item\+jws"\}$/.exec(header.toString("latin1"));
const key = named && registry.keys.find((each) => each.kid === named[1]);
if (!key) refuse(named ? "key-unknown" : "header-unknown");                                                                // 3, 4
const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: key.x }, format: "jwk" });
if (!verify(null, Buffer.from(`${parts[0]}.${parts[1]}`), publicKey, signature)) refuse("signature-bad");                  // 5
const item = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload));                       // 6, in brief
if (item.v !== 1 || item.aud !== registry.federation) refuse(item.v !== 1 ? "version-unknown" : "audience-wrong");         // 7
if (item.iss !== key.agency || (item.sub && !item.sub.startsWith(`${item.iss}:`))) refuse(item.iss !== key.agency ? "issuer-not-key-owner" : "subject-foreign"); // 8
const listed = (host) => registry.agencies.find((each) => each.id === item.iss).domains.some((name) => name[0] === "*" ? host.endsWith(name.slice(1)) : host === name);
if (item.url && (!/^https?:\/\/[^/:@]+([/?#]|$)/.test(item.url) || !listed(new URL(item.url).hostname))) refuse("host-not-listed"); // 9
if (item.iat > +at + 300) refuse("clock-ahead");                                                                           // 10
if (at < key.nbf || at > key.exp + 604800 || (key.status === "revoked" && at >= (key.revoked_at ?? 0))) refuse("key window");
console.log(`${item.act} by ${item.iss}: ${item.title ?? "-"}\ndigest ${createHash("sha256").update(token).digest("base64url")}`);
