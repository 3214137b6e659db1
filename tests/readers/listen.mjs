// What a page does that listens to a hub: it tells `report` when the stream opens, and of each item that comes.
// As a program: node listen.mjs FOLDER STREAM REPORT, where FOLDER holds node_modules.
export const listen = (EventSource, stream, report) => {
  const source = new EventSource(stream);
  let told = Promise.resolve(); // one after the other, so that they arrive in order
  const tell = (what) => { told = told.then(() => fetch(`${report}/${what}`)); };
  source.addEventListener("open", () => tell("open"));
  source.addEventListener("item", (event) => tell(`${event.lastEventId}/${JSON.parse(event.data).index}`));
};

if (globalThis.process) {
  const { createRequire } = await import("node:module");
  const [folder, stream, report] = process.argv.slice(2);
  listen(createRequire(`${folder}/package.json`)("eventsource").EventSource, stream, report);
  setInterval(() => {}, 1_000); // it does not wait for the next attempt by itself
}
