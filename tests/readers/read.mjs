// node read.mjs FOLDER BASE: what five libraries make of a hub's feeds, as JSON: {library: {format: [entry]}}.
// FOLDER holds node_modules. A field is only there if the library has it; each reads the formats it claims.
import { createRequire } from "node:module";

const [folder, base] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const feedsmith = require("feedsmith");
const rowanmanning = require("@rowanmanning/feed-parser");
const RssParser = require("rss-parser");
const FeedMe = require("feedme");
const extractus = require("@extractus/feed-extractor");

const text = async (format) => {
  const reply = await fetch(`${base}/feeds/all.${format}`);
  if (!reply.ok) throw new Error(`${format}: ${reply.status}`);
  return reply.text();
};
const when = (date) => new Date(date).toISOString().replace(".000Z", "Z");

const smith = {
  rss: (one) => ({
    id: one.guid.value, title: one.title, link: one.link, date: when(one.pubDate), lang: one.dc.languages[0],
    authors: one.dc.creators, changed: when(one.dcterms.modified[0]),
    enclosures: (one.enclosures ?? []).map((each) => [each.url, each.type, each.length]),
  }),
  atom: (one) => ({
    id: one.id, title: one.title.value, date: when(one.published), lang: one.xml.lang,
    link: one.links.filter((each) => each.rel === "alternate").map((each) => each.href).join(" "),
    authors: one.authors.map((each) => each.name), changed: when(one.updated),
    enclosures: one.links.filter((each) => each.rel === "enclosure")
      .map((each) => [each.href, each.type, each.length]),
  }),
  json: (one) => ({
    id: one.id, title: one.title, link: one.url, date: when(one.date_published), lang: one.language,
    authors: one.authors.map((each) => each.name), changed: when(one.date_modified),
    enclosures: (one.attachments ?? []).map((each) => [each.url, each.mime_type, each.size_in_bytes]),
  }),
};
const rowan = (one) => ({
  id: one.id, title: one.title, link: one.url, date: when(one.published), changed: when(one.updated),
  authors: one.authors.map((each) => each.name),
  enclosures: one.media.map((each) => [each.url, each.mimeType, each.length]),
});
const parser = {
  rss: (one) => ({
    id: one.guid, title: one.title, link: one.link, date: when(one.isoDate), authors: [one.creator],
    lang: one.language,
    enclosures: one.enclosure ? [[one.enclosure.url, one.enclosure.type, Number(one.enclosure.length)]] : [],
  }),
  atom: (one) => ({
    id: one.id, title: one.title, link: one.link, date: when(one.isoDate), authors: [one.author],
  }),
};

const listed = (some) => (some === undefined ? [] : [some].flat()); // one child stands alone, several in an array
const feedme = {
  rss: (one) => ({
    id: one.guid.text, title: one.title, link: one.link, date: when(one.pubdate), lang: one["dc:language"],
    authors: listed(one["dc:creator"]), changed: when(one["dcterms:modified"]),
    enclosures: listed(one.enclosure).map((each) => [each.url, each.type, Number(each.length)]),
  }),
  atom: (one) => ({
    id: one.id, title: one.title, date: when(one.published), changed: when(one.updated), lang: one["xml:lang"],
    link: listed(one.link).filter((each) => each.rel === "alternate").map((each) => each.href).join(" "),
    authors: listed(one.author).map((each) => each.name),
    enclosures: listed(one.link).filter((each) => each.rel === "enclosure")
      .map((each) => [each.href, each.type, Number(each.length)]),
  }),
  json: smith.json,
};
// It knows one date of an entry; of Atom that is when it was changed.
const extracted = {
  rss: (one) => ({ id: one.id, title: one.title, link: one.link, date: when(one.published) }),
  atom: (one) => ({ id: one.id, title: one.title, link: one.link, changed: when(one.published) }),
  json: (one) => ({ id: one.id, title: one.title, link: one.link, date: when(one.published) }),
};

const read = {
  feedsmith: {}, "@rowanmanning/feed-parser": {}, "rss-parser": {}, feedme: {}, "@extractus/feed-extractor": {},
};
for (const format of ["rss", "atom", "json"]) {
  const { format: recognised, feed } = feedsmith.parseFeed(await text(format));
  if (recognised !== format) throw new Error(`feedsmith takes ${format} for ${recognised}`);
  read.feedsmith[format] = (feed.items ?? feed.entries).map(smith[format]);
}
for (const format of ["rss", "atom", "json"]) {
  const parser = new FeedMe(true);
  parser.end(await text(format));
  read.feedme[format] = parser.done().items.map(feedme[format]);
  const { entries } = await extractus.extract(`${base}/feeds/all.${format}`);
  read["@extractus/feed-extractor"][format] = entries.map(extracted[format]);
}
for (const format of ["rss", "atom"]) {
  read["@rowanmanning/feed-parser"][format] = rowanmanning.parseFeed(await text(format)).toJSON().items.map(rowan);
  const { items } = await new RssParser().parseURL(`${base}/feeds/all.${format}`);
  read["rss-parser"][format] = items.map(parser[format]);
}
console.log(JSON.stringify(read));
