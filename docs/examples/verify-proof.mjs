// Verify token + proof + cosignatures from files: node verify-proof.mjs keys.json policy.txt token.jws token.tlog-proof
// keys.json is what a hub shows at /v1/keys.json, policy.txt is log/policy.txt of the registry: get both from whom you trust.
import { readFileSync } from "node:fs";
import { check } from "../../syndicate/client/evidence/check.mjs";

const files = process.argv.slice(2);
const end = (code, ...lines) => { console.log(lines.join("\n")); process.exit(code); };
if (files.length !== 4) end(2, "name four files: node verify-proof.mjs keys.json policy.txt token.jws token.tlog-proof");
const [keys, policy, token, proof] = files.map((file) => readFileSync(file, "utf8"));
const told = await check({ token: token.trim(), proof, keys: JSON.parse(keys).keys, policy }).catch((error) => end(1, `refused: ${error.message}`));
const since = told.at === null ? "by the operator's word alone" : new Date(told.at * 1000).toISOString();
end(0, `${told.item.act} by ${told.item.iss}: ${told.item.title}`, `leaf ${told.index}, public ${since}; cosigned by ${told.witnesses.join(", ") || "nobody"}`);
