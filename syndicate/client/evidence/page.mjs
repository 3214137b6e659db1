
// The page checks what it carries, and that it shows what it carries.
const carried = (type) => document.querySelector(`script[type="${type}"]`).textContent.trim();
const words = (text) => text.replace(/\s+/g, " ").trim();
const verdict = document.getElementById("verdict");
const say = (kind, text) => { verdict.className = kind; verdict.textContent = text; };
try {
  const { keys, policy } = JSON.parse(document.getElementById("registry").textContent);
  const told = await check({ token: carried("application/jose"), proof: `${carried("text/x-tlog-proof")}\n`, keys, policy });
  const whole = document.createElement("div");
  const content = told.item.content?.body ?? "";
  if (told.item.content?.type === "text/html") whole.innerHTML = new DOMParser().parseFromString(content, "text/html").body.innerHTML;
  else whole.textContent = content;
  const shown = document.getElementById("body").textContent;
  must(words(document.getElementById("title").textContent) === words(told.item.title), "the title shown is not the one that was signed");
  must(words(shown) === words(whole.textContent), "the text shown is not the one that was signed");
  const who = told.operatorOnly ? "by the word of the log's operator alone" : `with ${told.witnesses.length} witnesses`;
  const when = told.at === null ? "" : ` ${new Date(told.at * 1000).toISOString()}`;
  say("yes", `Checked in this page, off-line: signed by ${told.item.iss}, and in the public log${when}, ${who}.`);
} catch (error) {
  say("no", `This page does not hold what it claims: ${error.message}.`);
}
