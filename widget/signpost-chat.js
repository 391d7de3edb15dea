/* <signpost-chat>: asks Signpost from any page. Plain JavaScript, no dependency, no cookie, nothing stored, nothing loaded
   before it is opened. The element's own content (who to ring) is shown if the service can't be reached.
   Attributes: area, setting, audience (parent|young_person), mode (panel|inline), server, exit, strings (JSON). Sizes are in em of
   the person's own setting: a rem would be the host page's. Docs: docs/how-to/embed.md. MIT licence. */
"use strict";
(() => {
  const HERE = document.currentScript ? new URL(document.currentScript.src).origin : location.origin;
  const WORDS = {
    open: "Ask about SEND", title: "Ask about SEND", close: "Close", label: "Your question",
    send: "Ask", again: "Ask another question", you: "You asked", reply: "Reply", from: "Where this is from:",
    also: "This page is about the same thing, but may not answer it:", help: "Who can help", person: "If you want to ask a person",
    phone: "Phone", closed: "When the office is closed", email: "E-mail", site: "Website", hours: "Open:",
    helpful: "Was this helpful?", yes: "Yes", no: "No", copy: "Copy", copied: "Copied", print: "Print", larger: "Larger text",
    aloud: "Read aloud", hush: "Stop reading", who: "Who can see this?", exit: "Leave quickly", voice: "Who is asking?", parent: "A parent or carer",
    young: "A young person", waiting: "Looking…", log: "Questions and answers", tab: "(opens a new tab)", about: "This is about",
    write: "Write to them", misread: "That is not what I meant. Answer my question", subject: "A question about SEND", forget: "Delete my conversation", gone: "Your conversation has been deleted.", later: "A part of this service did not answer. It deletes what you wrote within an hour, by itself.",
    intro: "I look for answers on the council's and the schools' pages, and show you where each is from. I can't see records or give legal or medical advice. If I am not sure, I tell you who to ask.",
    seen: "Nobody reads this chat, and no copy of it is kept. A question that can't be answered, or only just, or whose answer did not help, is kept for 30 days with personal details taken out. Please do not type names or dates of birth. In an emergency ring 999.",
    down: "The chat is not working just now. You can ask here:",
  };
  const CSS = `
:host{--b:var(--signpost-brand,#0b4f6c);--on:var(--signpost-on-brand,#fff);--ink:var(--signpost-ink,#14252f);--paper:var(--signpost-paper,#fff);--shade:var(--signpost-shade,#f4f8f9);--line:#c3d1d8;--field:#6f8792;--soft:#4a606c;--warn:#663a00;--warnp:#fff5df;--safe:#8a1020;--safep:#fdf0f0;--link:var(--signpost-link,#0a4a8f);--r:var(--signpost-radius,.8em)}.launch,.box{font:var(--signpost-font,medium/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif);color:var(--ink);text-align:start;letter-spacing:normal;word-spacing:normal;text-transform:none;text-indent:0;text-shadow:none;white-space:normal;word-break:normal;pointer-events:auto}
@media(prefers-color-scheme:dark){:host{--ink:var(--signpost-ink,#eaf2f5);--paper:var(--signpost-paper,#16252e);--shade:var(--signpost-shade,#0d1920);--line:#38505d;--field:#8199a5;--soft:#b3c5ce;--warn:#ffdf9e;--warnp:#36290d;--safe:#ffbcc2;--safep:#3a151b;--link:var(--signpost-link,#8fcbff)}}
*{box-sizing:border-box}[hidden]{display:none!important}button,textarea,select{font:inherit;color:inherit}
button{min-height:2.6em;padding:.35em 1em;border:2px solid var(--field);border-radius:.5em;background:var(--paper);font-weight:600;cursor:pointer;text-align:start}button:hover{text-decoration:underline}
.p,.launch{background:var(--b);border-color:var(--b);color:var(--on);font-weight:700}.p{padding-inline:2em}:focus-visible{outline:3px solid #ffbf00;outline-offset:2px;box-shadow:0 0 0 2px #000}
.launch{position:fixed;inset-block-end:var(--signpost-corner-bottom,1em);inset-inline-end:var(--signpost-corner-end,1em);inset-inline-start:var(--signpost-corner-start,auto);z-index:99999;border-radius:2em;padding:.7em 1.4em;box-shadow:0 2px 10px #0005;display:flex;gap:.5em;align-items:center}
.box{background:var(--shade);border:1px solid var(--line);border-radius:var(--r);padding:0;margin:0;max-width:none;max-height:none;overflow:auto;overflow-wrap:anywhere}
.box:not(.panel){overflow:clip}
.panel{position:fixed;inset-block:auto var(--signpost-corner-bottom,1em);inset-inline:var(--signpost-corner-start,auto) var(--signpost-corner-end,1em);z-index:99999;width:min(27em,calc(100vw - 2em));height:min(42em,calc(100dvh - 2em));box-shadow:0 6px 30px #0006}
.panel::backdrop{background:none}@media(max-width:40rem),(max-height:30rem){.panel{inset:0;width:100%;height:100%;border:0;border-radius:0}}
.top{display:flex;flex-wrap:wrap;gap:.2em .6em;align-items:center;background:var(--b);color:var(--on);padding:.6em .9em .4em}.top h2{font-size:1.05em;line-height:1.3;margin:0;flex:1 1 auto}
.top a,.top button{color:var(--on);background:none;border:2px solid;border-radius:2em;padding:.16em .8em;min-height:2.4em;display:inline-flex;align-items:center;font-size:.92em;font-weight:600;text-decoration:none}
.top a:hover{text-decoration:underline}.top details{flex:1 0 100%;font-size:.92em}.top p{margin:.3em 0}.top p a{border:0;padding:0;min-height:24px;text-decoration:underline;color:inherit;background:none}
.in{padding:.7em .9em 1.1em}.in>p{margin:.3em 0 .6em}
.said{margin:1em 0 .8em auto;width:fit-content;max-width:88%;padding:.55em .9em;background:var(--b);color:var(--on);border-radius:1em 1em .25em 1em;white-space:pre-wrap}
.reply{margin:.8em 0;padding:.9em 1em;background:var(--paper);border:1px solid var(--line);border-radius:.25em 1em 1em 1em}
.reply.safeguarding{background:var(--safep);border:3px solid var(--safe)}.safeguarding>div>h3{font-size:1.2em;margin:0}
.reply p{margin:.5em 0}.reply>div>p:first-child{margin-top:0}.reply ul{margin:.5em 0;padding-inline-start:1.2em}
a{color:var(--link);text-underline-offset:.15em}.reply a,.card a{display:inline-block;min-height:24px}
.notice,.stale{background:var(--warnp);color:var(--warn);padding:.4em .7em;border-radius:.3em;border-inline-start:4px solid}
.facts{color:var(--soft);font-size:.92em}.source{background:var(--shade);border-radius:.5em;padding:.5em .8em;margin-top:.8em}.source p{margin:.1em 0}
.card{border:2px solid var(--b);border-radius:.6em;background:var(--paper);padding:.7em .9em;margin-top:.8em;font-style:normal}
.card ul{list-style:none;padding:0}.card h3{font-size:.92em;color:var(--soft);margin:0}.card li{padding:.1em 0}.row{display:flex;flex-wrap:wrap;gap:.45em;align-items:center;margin-top:.8em}
.row.t button{min-height:2.3em;padding:.1em .8em;border-width:1px;font-size:.9em;font-weight:400}
form{display:grid;gap:.4em;margin-top:1em;background:var(--paper);border:1px solid var(--line);border-radius:var(--r);padding:.9em}label{font-weight:600}
textarea,select{width:100%;padding:.5em .6em;border:2px solid var(--field);border-radius:.45em;background:var(--paper);min-height:2.6em;resize:vertical}
:is(a,button,summary){scroll-margin:.4em}form button{justify-self:start}summary{min-height:1.85em;cursor:pointer;text-decoration:underline;text-underline-offset:.15em;width:fit-content}.big>*{font-size:1.3em}
@media(min-height:30rem){.box .top{position:sticky;inset-block-start:0;z-index:1}.box{scroll-padding-block-start:6.7em}.big{scroll-padding-block-start:8.7em}}
@media(max-width:26rem){.top{padding-inline:.7em;gap:.2em .4em}.top h2{font-size:1em}.top a,.top button{font-size:.84em;padding-inline:.65em}}
@media(forced-colors:active){.said,.reply,.top,.box,.source{border:1px solid}}
@media(prefers-reduced-motion:no-preference){.panel[open]{animation:up .15s ease-out}@keyframes up{from{transform:translateY(1em);opacity:0}}}
@media print{.launch,.top,form,.row{display:none}.panel{position:static;height:auto;width:auto}}`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  // h("p.class", {attributes}, ...children): everything that came from anywhere becomes a text node, never markup.
  const h = (what, given = {}, ...children) => {
    const [tag, ...names] = what.split(".");
    const made = document.createElement(tag);
    if (names.length) made.className = names.join(" ");
    for (const [name, value] of Object.entries(given)) {
      if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
      else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter(Boolean));
    return made;
  };
  const named = (name, before) => (before.length ? `${name} ${before.length + 1}` : name); // "Reply 2": a screen reader tells them apart
  const safe = (url) => (/^https?:\/\//i.test(url || "") ? url : "");
  const tel = (phone) => "tel:" + phone.trim().split(/[,;/]| or |\b(?:ext|extn|extension|x)\.? ?(?=\d)/i)[0].replace(/^(\+.*)\(0\)/, "$1").replace(/[^\d+]/g, "");
  const NUMBER = /\b(?:999|111|116 123|0800 1111|0\d{3} \d{3} \d{4}|0\d{4} \d{6}|0\d{2} \d{4} \d{4})\b|SHOUT to 85258/g;
  const linked = (text) => {
    const parts = [];
    let last = 0;
    for (const found of text.matchAll(NUMBER)) {
      parts.push(text.slice(last, found.index), h("a", { href: found[0][0] === "S" ? "sms:85258?body=SHOUT" : tel(found[0]) }, found[0]));
      last = found.index + found[0].length;
    }
    return [...parts, text.slice(last)];
  };
  const blocks = (text, headed) => {
    const made = [];
    let list = null;
    for (const line of (text || "").split("\n")) {
      const item = line.trimStart().startsWith("- ");
      if (item && !list) made.push((list = h("ul")));
      if (item) list.append(h("li", {}, ...linked(line.trimStart().slice(2))));
      else {
        list = null;
        if (line.trim()) made.push(h(headed && !made.length ? "h3" : "p", {}, ...linked(line.trim())));
      }
    }
    return made;
  };

  // Too many messages is said in the service's own words; all else is "not working just now".
  const failed = async (answer) => Object.assign(new Error("down"), { busy: answer.status === 429 && (await answer.json()).error });

  class SignpostChat extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    }

    connectedCallback() {
      if (this.shadowRoot.firstChild) return this.box?.open && !this.inline && this.show(); // moved in the page while it was open
      let own = {};
      try { own = JSON.parse(this.getAttribute("strings") || "{}"); } catch { /* the English words stay */ }
      this.words = { ...WORDS, ...(window.signpostStrings || {}), ...own };
      this.inline = this.getAttribute("mode") === "inline";
      if (this.inline) return this.build();
      const launch = h("button.launch", { part: "launcher", type: "button", "aria-expanded": "false", on: { click: () => this.show() } },
        h("slot", { name: "logo" }), this.getAttribute("launcher") || this.words.open);
      this.launch = launch;
      this.shadowRoot.append(launch);
    }

    // Full screen (a phone, or zoomed in) it is modal, so that focus can't go behind it; in its corner the page stays usable.
    show() {
      if (!this.box) this.build();
      const full = matchMedia("(max-width:40rem),(max-height:30rem)"), had = this.shadowRoot.activeElement;
      full.onchange = () => this.box.open && this.show();
      this.box.close();
      if (full.matches) this.box.showModal();
      else this.box.show();
      this.opened(true);
      (this.box.contains(had) ? had : this.text).focus();
    }

    closed() {
      if (this.box.open) return; // it was opened again at once, because the page was zoomed or turned
      this.opened(false);
      this.launch.focus();
    }

    opened(now) {
      this.launch.hidden = now;
      this.launch.setAttribute("aria-expanded", now);
    }

    build() {
      const w = this.words;
      this.log = h("div", { role: "log", "aria-live": "polite", "aria-label": w.log, part: "log" });
      this.text = h("textarea", { id: "q", rows: 2, maxlength: 4000, on: { keydown: (event) => this.key(event) } });
      this.label = h("label", { for: "q" }, w.label);
      this.voice = h("select", { id: "v", on: { change: () => this.token && this.send({ choice: `/choose_audience{"audience": "${this.voice.value}"}` }, "") } },
        h("option", { value: "parent" }, w.parent), h("option", { value: "young_person" }, w.young));
      this.voice.value = this.getAttribute("audience") === "young_person" ? "young_person" : "parent";
      this.down = h("div.card", { hidden: true, part: "fallback" }, h("p", {}, w.down), h("slot"));
      const form = h("form", { part: "form", on: { submit: (event) => { event.preventDefault(); this.ask(); } } },
        this.label, this.text, h("button.p", { part: "send" }, w.send), h("label", { for: "v" }, w.voice), this.voice);
      const exit = safe(this.getAttribute("exit") || "https://www.bbc.co.uk/weather") || "about:blank";
      this.about = h("p.facts", { hidden: true });
      this.forget = h("button", { type: "button", hidden: true, on: { click: () => this.end(w.gone) } }, w.forget);
      const top = h("div.top", { part: "header" }, h("h2", { id: "t" }, w.title),
        h("a", { href: exit, rel: "noreferrer", on: { click: (event) => { event.preventDefault(); this.end(""); try { window.top.location.replace(exit); } catch { location.replace(exit); } } } }, w.exit),
        !this.inline && h("button", { type: "button", on: { click: () => this.box.close() } }, w.close),
        h("details", {}, h("summary", {}, w.who), h("p", {}, ...linked(w.seen)), this.forget));
      this.box = h(this.inline ? "section.box" : "dialog.box.panel", { part: "panel", "aria-labelledby": "t", tabindex: "0", on: {
        keydown: (event) => event.key === "Escape" && !this.inline && this.box.close(), close: () => this.closed() } },
        top, h("div.in", {}, h("p", {}, w.intro), this.log, this.about, form));
      this.shadowRoot.append(this.box);
    }

    end(said) {
      const told = (answer) => said && !(answer && (answer.ok || answer.status === 401)) && this.log.append(h("p.facts", {}, this.words.later));
      if (this.token) this.post("conversation", null, "DELETE").catch(() => null).then(told);
      if (window.speechSynthesis) window.speechSynthesis.cancel();
      [this.token, this.text.value, this.forget.hidden, this.about.hidden] = ["", "", true, true];
      this.log.replaceChildren(said && h("p.facts", {}, said));
      if (said) this.text.focus();
    }

    key(event) {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.ask();
      }
    }

    ask() {
      const text = this.text.value.trim();
      if (text) this.send({ text }, text);
      else this.text.focus();
    }

    async send(body, said, path = "messages") {
      if (this.busy) return;
      this.busy = true;
      const bubble = said && h("section.said", { "aria-label": named(this.words.you, this.log.querySelectorAll(".said")) }, said);
      const wait = h("p.facts", {}, this.words.waiting);
      this.log.append(...[bubble, wait].filter(Boolean));
      try {
        const answer = await this.call(path, body, wait);
        if (!this.log.contains(wait)) return; // the conversation was deleted meanwhile
        wait.remove();
        this.down.hidden = true;
        if (answer.replies.some((each) => each.kind === "safeguarding") && bubble) bubble.remove();
        this.log.querySelectorAll(".help").forEach((each) => each.remove());
        const shown = answer.replies.map((each, at, all) => this.log.appendChild(this.reply(each, body.text, at === all.length - 1)));
        this.voice.value = answer.audience;
        this.forget.hidden = false;
        this.about.hidden = !answer.setting_name;
        this.about.textContent = `${this.words.about} ${answer.setting_name}.`;
        if (body.text === this.text.value.trim()) this.text.value = "";
        this.label.textContent = this.words.again;
        (bubble && bubble.isConnected ? bubble : shown[0]).scrollIntoView({ block: "start" });
        shown[0].focus({ preventScroll: true });
      } catch (error) {
        if (!this.log.contains(wait)) return;
        [wait, bubble].forEach((each) => each && each.remove());
        this.down.firstChild.textContent = error.busy || this.words.down;
        this.log.append(this.down);
        this.down.hidden = false;
        this.down.scrollIntoView({ block: "nearest" });
      } finally {
        this.busy = false;
      }
    }

    async call(path, body, wait, retry = true) {
      if (!this.token) {
        const begun = await this.post("conversations", {
          area: this.getAttribute("area"), setting: this.getAttribute("setting") || null, audience: this.voice.value });
        if (!begun.ok || !this.log.contains(wait)) throw await failed(begun);
        this.token = (await begun.json()).conversation;
      }
      const answer = await this.post("conversation/" + path, body);
      if (answer.status === 401 && retry && this.log.contains(wait)) {
        this.token = "";
        return this.call(path, body, wait, false);
      }
      if (!answer.ok) throw await failed(answer);
      return answer.json();
    }

    post(path, body, method = "POST") {
      const headers = body ? { "Content-Type": "application/json" } : {};
      if (this.token) headers.Authorization = "Bearer " + this.token;
      return fetch((this.getAttribute("server") || HERE).replace(/\/$/, "") + "/api/v1/" + path, {
        method, headers, body: body && JSON.stringify(body), keepalive: !body, credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(25000) });
    }

    reply(r, asked, last) {
      const w = this.words, misread = () => this.send({ text: asked, misread: true }, w.misread);
      const page = (p) => (safe(p.url) ? this.link(p.url, p.title) : p.title);
      const words = h("div", {}, ...blocks(r.text, r.kind === "safeguarding"));
      const made = h("section.reply." + r.kind.replace(/\W/g, ""), { tabindex: "-1", "aria-label": named(w.reply, this.log.querySelectorAll(".reply")), part: "reply" },
        r.notice && h("p.notice", {}, r.notice), words,
        ...r.citations.map((c) => h("div.source", {}, h("p", {}, w.from + " ", page(c), c.heading && c.heading !== c.title ? " – " + c.heading : ""),
          h("p.facts", {}, [c.owner, c.date && new Date(c.date).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })].filter(Boolean).join(", ")),
          c.stale && h("p.stale", {}, c.stale))),
        ...r.see_also.map((c) => h("p", {}, w.also + " ", page(c), ` (${c.owner}).`)),
        r.choices.length && h("div.row", {}, ...r.choices.map((c) => h("button", { type: "button", on: { click: () => this.send({ choice: c.payload }, c.label) } }, c.label))),
        last && r.kind === "safeguarding" && asked && h("div.row.help", {}, h("button", { type: "button", on: { click: misread } }, w.misread)),
        ...r.contacts.map((c) => this.card(c, r.kind === "answer" ? w.person : w.help, r.kind === "handoff" && r.reference)));
      if (last && r.kind === "answer")
        made.append(h("div.row.help", {}, h("span", { id: "hq" }, w.helpful), ...[[w.yes, true], [w.no, false]].map(([label, helpful]) =>
          h("button", { type: "button", "aria-describedby": "hq", on: { click: () => this.send({ helpful }, "", "feedback") } }, label))));
      if (r.kind === "answer" || r.kind === "handoff") made.append(this.tools(made));
      return made;
    }

    tools(made) {
      const w = this.words;
      const text = () => [...made.querySelectorAll("p,li")].map((each) => each.textContent.trim()).join("\n");
      const tool = (label, act, more) => { const button = h("button", { type: "button", ...more, on: { click: () => act(button) } }, label); return button; }, speech = window.speechSynthesis;
      return h("div.row.t", {},
        navigator.clipboard && tool(w.copy, async (button) => { await navigator.clipboard.writeText(text()); button.textContent = w.copied; }),
        tool(w.print, () => print()),
        tool(w.larger, () => {
          const now = this.box.classList.toggle("big");
          this.log.querySelectorAll("[aria-pressed]").forEach((each) => each.setAttribute("aria-pressed", now));
        }, { "aria-pressed": String(this.box.classList.contains("big")) }),
        speech && tool(w.aloud, (button) => {
          if (speech.speaking) return speech.cancel();
          const said = Object.assign(new SpeechSynthesisUtterance(text()), { lang: "en-GB" });
          said.onend = said.onerror = () => { button.textContent = w.aloud; };
          button.textContent = w.hush;
          speech.speak(said);
        }));
    }

    link(url, words) {
      return h("a", { href: url, rel: "noopener", target: "_blank" }, words, " ", h("span.facts", {}, this.words.tab));
    }

    card(c, title, asked) {
      const w = this.words;
      const line = (label, href, text) => text && h("li", {}, label + " ", href ? h("a", { href }, text) : text);
      const mail = `mailto:${c.email}?subject=${encodeURIComponent(w.subject)}&body=${encodeURIComponent(asked || "")}`;
      return h("address.card", { part: "contact" }, h("h3", {}, title), h("p", {}, h("strong", {}, c.name || c.role), c.role && c.name ? ", " + c.role : ""),
        c.why && h("p", {}, c.why),
        h("ul", {}, line(w.phone, c.phone && tel(c.phone), c.phone), line(w.closed, c.out_of_hours_phone && tel(c.out_of_hours_phone), c.out_of_hours_phone),
          c.email && h("li", {}, w.email + " ", h("a", { href: "mailto:" + c.email }, c.email.split("@")[0], "@", h("wbr"), c.email.split("@")[1])), c.email && asked && c.key !== "safeguarding" && h("li", {}, h("a", { href: mail }, w.write)),
          safe(c.url) && h("li", {}, this.link(c.url, w.site)), line(w.hours, "", c.hours)));
    }
  }
  if (!customElements.get("signpost-chat")) customElements.define("signpost-chat", SignpostChat);
})();
