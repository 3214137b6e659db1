// Token, proof and cosignatures, checked with nothing but docs/protocol.md; in a browser or in Node, off-line.
// Left to a whole verifier: canonical base64, weak keys, strict JSON and the claim table, hosts, key windows and seats.
const utf8 = (text) => new TextEncoder().encode(text);
const bytes = (base64) => Uint8Array.from(atob(base64.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const base64url = (raw) => btoa(String.fromCharCode(...raw)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(parts.flatMap((part) => [...part]))));
const signed = async (key, signature, message) => crypto.subtle.verify("Ed25519", await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]), signature, message);
const must = (fact, why) => { if (!fact) throw new Error(why); };

// The item that a token holds, if its agency's key, one of `keys` ({kid, agency, x}), signed it.
async function itemOf(token, keys) {
  const [header, payload, signature] = token.split(".");
  const named = /^\{"alg":"Ed25519","kid":"([\w-]{43})","typ":"syndicate-item\+jws"\}$/.exec(new TextDecoder().decode(bytes(header)));
  const key = keys.find((each) => named && each.kid === named[1]);
  must(key, "the token names no key that is known here");
  must(await signed(bytes(key.x), bytes(signature), utf8(`${header}.${payload}`)), "the signature does not fit");
  const item = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(payload)));
  must(item.iss === key.agency && item.sub.startsWith(`${item.iss}:`), "the key is another agency's");
  return item;
}

// The root to which the hashes lead from a leaf (RFC 9162, 2.1.3.2); null if they do not fit index and size.
async function rootOver(leaf, index, size, hashes) {
  let [at, last, hash] = [index, size - 1n, await sha256([0], leaf)];
  for (const other of hashes) {
    if (at > last || last === 0n) return null;
    hash = at & 1n || at === last ? await sha256([1], other, hash) : await sha256([1], hash, other);
    while (at === last && at !== 0n && !(at & 1n)) [at, last] = [at >> 1n, last >> 1n];
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && at === 0n ? hash : null;
}

// The keys of a policy, and whether witnesses with these names are enough.
function policyOf(text) {
  let [keys, groups, quorum] = [[], [], ""];
  for (const [kind, ...words] of text.split("\n").map((line) => line.split(/\s+/))) {
    const [, name, id, raw] = /^(.+?)\+([0-9a-f]{8})\+(.{44})$/.exec(words[kind === "witness" ? 1 : 0] ?? "") ?? [];
    if (kind === "log" || kind === "witness") keys.push({ name, id, raw: bytes(raw).slice(1), witness: kind === "witness" && words[0] });
    if (kind === "group") groups.push([words[0], { any: 1, all: words.length - 2 }[words[1]] ?? +words[1], words.slice(2)]);
    if (kind === "quorum") [quorum] = quorum ? [] : words;
  }
  must(quorum, "the policy has no quorum line");
  must(groups.every(([, least, members]) => least > 0 && least <= members.length), "a line of the policy breaks a rule");
  const have = (names) => groups.reduce((met, [name, least, members]) => (members.filter((one) => met.includes(one)).length < least ? met : [...met, name]), names);
  return { keys, alone: quorum === "none", enough: (names) => have(names).includes(quorum) };
}

// Who signed a checkpoint, and when if they say so. A line in a known name that does not fit refuses all.
async function signersOf(text, lines, keys) {
  const found = [];
  for (const [, name, raw] of lines.map((line) => /^— (\S+) (\S+)$/.exec(line)).map((line) => line && [line[0], line[1], bytes(line[2])])) {
    const id = [...raw.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const key = keys.find((each) => each.name === name && each.id === id);
    const time = key?.witness ? new DataView(raw.buffer).getBigUint64(4) : null;
    const message = utf8(key?.witness ? `cosignature/v1\ntime ${time}\n${text}` : text);
    must(!key || await signed(key.raw, raw.slice(key.witness ? 12 : 4), message), `a line in the name of ${name} is not theirs`);
    if (key) found.push({ ...key, time: Number(time) });
  }
  return found;
}

// What token and proof show together; throws an Error that says why they show nothing.
export async function check({ token, proof, keys, policy }) {
  const item = await itemOf(token, keys);
  const leaf = utf8(`syndicate-leaf/v1\n${item.iss}\n${item.sub}\n${item.ver}\n${item.str}:${item.seq} ${item.act}\n${base64url(await sha256(utf8(token)))}\n`);
  const [head, ...rest] = proof.split("\n\n");
  const [first, index, ...hashes] = head.split("\n").filter((line) => !line.startsWith("extra "));
  must(first === "c2sp.org/tlog-proof@v1" && index.startsWith("index ") && rest.length > 1, "not a proof of this kind");
  const text = `${rest.slice(0, -1).join("\n\n")}\n`;
  const [origin, size, root] = text.split("\n");
  const led = await rootOver(leaf, BigInt(index.slice(6)), BigInt(size), hashes.map(bytes));
  must(led && base64url(led) === base64url(bytes(root)), "the token is not in this log");
  const { keys: known, enough, alone } = policyOf(policy);
  const signers = await signersOf(text, rest.at(-1).trimEnd().split("\n"), known);
  must(signers.some((one) => !one.witness && one.name === origin), "the log did not sign this");
  const witnesses = signers.filter((one) => one.witness).sort((a, b) => a.time - b.time);
  const names = witnesses.map((one) => one.witness);
  const at = witnesses.find((_, last) => enough(names.slice(0, last + 1)))?.time ?? null;
  must(alone || at !== null, "too few witnesses stand behind it so far");
  return { item, index: Number(index.slice(6)), at, witnesses: names, operatorOnly: alone };
}
