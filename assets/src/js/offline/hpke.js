// HPKE (RFC 9180), base mode, one message: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, by WebCrypto alone.
// The other side is `cryptography` on the server (kernel/letters.py). Whoever seals cannot open again.
const bytes = (text) => new TextEncoder().encode(text);
const NOTHING = new Uint8Array();
const KEM = Uint8Array.of(...bytes("KEM"), 0, 0x10);
const SUITE = Uint8Array.of(...bytes("HPKE"), 0, 0x10, 0, 1, 0, 2);
const CURVE = { name: "ECDH", namedCurve: "P-256" };

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function hmac(key, data) {
  const way = { name: "HMAC", hash: "SHA-256" };
  const salt = key.length ? key : new Uint8Array(32); // the same to HMAC, and browsers refuse an empty key
  return new Uint8Array(await crypto.subtle.sign("HMAC", await crypto.subtle.importKey("raw", salt, way, false, ["sign"]), data));
}

const extract = (suite, salt, label, input) => hmac(salt, joined(bytes("HPKE-v1"), suite, bytes(label), input));

// At most 32 bytes, so one block of HKDF-Expand.
async function expand(suite, key, label, info, length) {
  const labelled = joined(Uint8Array.of(0, length), bytes("HPKE-v1"), suite, bytes(label), info);
  return (await hmac(key, joined(labelled, Uint8Array.of(1)))).slice(0, length);
}

async function encapsulated(point) {
  const [theirs, ours] = await Promise.all([
    crypto.subtle.importKey("raw", point, CURVE, false, []),
    crypto.subtle.generateKey(CURVE, false, ["deriveBits"]),
  ]);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256));
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
  const secret = await extract(KEM, NOTHING, "eae_prk", shared);
  return { enc, secret: await expand(KEM, secret, "shared_secret", joined(enc, point), 32) };
}

export async function seal(point, about, text) {
  const { enc, secret } = await encapsulated(point);
  const context = joined(
    Uint8Array.of(0), await extract(SUITE, NOTHING, "psk_id_hash", NOTHING), await extract(SUITE, NOTHING, "info_hash", bytes(about)),
  );
  const scheduled = await extract(SUITE, secret, "secret", NOTHING);
  const raw = await expand(SUITE, scheduled, "key", context, 32);
  const iv = await expand(SUITE, scheduled, "base_nonce", context, 12);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  return joined(enc, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes(text))));
}

export function toBase64(data) {
  let text = "";
  for (const one of data) text += String.fromCharCode(one);
  return btoa(text);
}

export const fromBase64 = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
