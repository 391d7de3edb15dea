// The chat page with JavaScript: the thread stays on the page, nothing is reloaded, and a reply can be copied, read
// aloud, printed and shown larger. Without it the same forms post and the page comes back. Nothing typed is stored: only the
// conversation's token, in this tab's history entry, so that a reload or the back button finds the last reply again.
"use strict";
(() => {
  const log = document.querySelector(".talk");
  const main = document.getElementById("main");
  if (!log || !window.fetch || !window.DOMParser) return;
  const unsent = document.querySelector(".unsent");
  const speech = "speechSynthesis" in window ? window.speechSynthesis : null;

  const send = async (form, pressed) => {
    const data = new FormData(form);
    if (pressed && pressed.name) data.set(pressed.name, pressed.value);
    const token = document.querySelector(".ask input[name=conversation]");
    data.set("conversation", token.value);
    const typed = form.classList.contains("ask") ? String(data.get("text")) : "";
    if (form.classList.contains("ask") && !typed.trim()) return document.getElementById("text").focus();
    if (main.hasAttribute("aria-busy")) return;
    main.setAttribute("aria-busy", "true");
    log.querySelectorAll(".offline").forEach((node) => node.remove());
    const waiting = said(typed || (pressed && !pressed.value.startsWith("/feedback") ? pressed.textContent : ""));
    const looking = Object.assign(document.createElement("p"), { className: "facts", textContent: "Looking for an answer…" });
    log.append(looking);
    try {
      const answer = await fetch(form.action.split("#")[0], { method: "POST", body: new URLSearchParams(data) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector(".talk > .reply")) throw new Error("no reply");
      looking.remove();
      show(page, waiting, typed);
    } catch {
      [looking, ...waiting].forEach((node) => node.remove());
      log.append(document.importNode(unsent.content, true));
      log.lastElementChild.scrollIntoView({ block: "nearest" });
    } finally {
      main.removeAttribute("aria-busy");
    }
  };

  const said = (text) => {
    if (!text) return [];
    const bubble = document.createElement("section");
    bubble.className = "said";
    bubble.setAttribute("aria-label", "You asked");
    bubble.append(Object.assign(document.createElement("p"), { textContent: text }));
    log.append(numbered(bubble));
    return [bubble];
  };

  const show = (page, waiting, typed) => {
    const replies = [...page.querySelectorAll(".talk > .reply")];
    if (replies.some((reply) => reply.classList.contains("safeguarding"))) waiting.forEach((node) => node.remove());
    log.querySelectorAll(".helpful, .pass, .misread").forEach((node) => node.remove());
    document.querySelectorAll("#reply").forEach((node) => node.removeAttribute("id"));
    replies.forEach((reply) => log.append(numbered(tools(document.importNode(reply, true)))));
    const fresh = page.querySelector(".ask");
    forgetting(page);
    for (const name of ["conversation", "chosen"]) {
      const field = document.querySelector(`.ask [name=${name}]`);
      const value = fresh && fresh.querySelector(`[name=${name}]`);
      if (field && value) field.value = value.value;
    }
    history.replaceState({ conversation: document.querySelector(".ask [name=conversation]").value }, "");
    const voice = fresh && fresh.querySelector("[name=audience][checked]");
    if (voice) document.querySelector(`.ask [name=audience][value=${voice.value}]`).checked = true;
    const box = document.getElementById("text");
    if (typed && box.value === typed) box.value = fresh.querySelector("textarea").value;
    document.querySelector(".ask label[for=text]").textContent = fresh.querySelector("label[for=text]").textContent;
    const first = log.querySelectorAll(".reply")[log.querySelectorAll(".reply").length - replies.length];
    if (first) {
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      (waiting[0] || first).scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
      first.focus({ preventScroll: true });
    }
  };

  // Each has a name of its own ("Reply 2"), so that a screen reader can tell them apart.
  const numbered = (node) => {
    const before = log.querySelectorAll(`.${node.classList[0]}`).length, name = node.getAttribute("aria-label").replace(/ \d+$/, "");
    node.setAttribute("aria-label", before ? `${name} ${before + 1}` : name);
    return node;
  };

  const tools = (reply) => {
    if (!reply.classList.contains("answer") && !reply.classList.contains("handoff")) return reply;
    const row = document.createElement("div");
    row.className = "tools";
    const add = (label, act) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      button.addEventListener("click", () => act(button));
      row.append(button);
      return button;
    };
    const words = () => [...reply.querySelectorAll("p, li")].filter((each) => !each.closest(".helpful")).map((each) => each.textContent.trim()).join("\n");
    if (navigator.clipboard) add("Copy", async (button) => { await navigator.clipboard.writeText(words()); button.textContent = "Copied"; });
    add("Print", () => window.print());
    if (speech) add("Read aloud", (button) => aloud(words(), button));
    add("Larger text", larger).setAttribute("aria-pressed", document.documentElement.classList.contains("larger"));
    reply.append(row);
    return reply;
  };

  // "Delete my conversation" is on the page from the first reply on, as it is without JavaScript.
  const forgetting = (page) => {
    const here = document.querySelector(".who form"), there = page.querySelector(".who form");
    if (here) here.remove();
    if (there) document.querySelector(".who").append(document.importNode(there, true));
  };

  // After a reload: the last reply again, if the conversation is still there.
  const restore = async (token) => {
    const data = new URLSearchParams({ conversation: token, choice: "/repeat" });
    try {
      const answer = await fetch(document.querySelector(".ask").action.split("#")[0], { method: "POST", body: data });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const same = page.querySelector(".ask [name=conversation]").value === token;
      const said = page.querySelector(".talk > .reply:not(.smalltalk)");
      if (answer.ok && same && said) show(page, [], "");
      else history.replaceState(null, "");
    } catch { /* not online: an empty page is right */ }
  };

  // Gone at once: what was said is deleted, and the back button does not lead here. In a frame, the page round it is left.
  const leave = (event) => {
    event.preventDefault();
    const token = document.querySelector(".ask [name=conversation]").value;
    if (token) navigator.sendBeacon(`/${main.dataset.area}/chat/forget`, new URLSearchParams({ conversation: token }));
    if (speech) speech.cancel();
    log.replaceChildren();
    document.title = "";
    history.replaceState(null, "");
    const away = event.currentTarget.href;
    try { window.top.location.replace(away); } catch { location.replace(away); } // a frame may be forbidden to leave
  };

  const larger = () => {
    const now = document.documentElement.classList.toggle("larger");
    log.querySelectorAll("[aria-pressed]").forEach((each) => each.setAttribute("aria-pressed", now));
  };

  const aloud = (text, button) => {
    if (speech.speaking) return speech.cancel();
    const spoken = new SpeechSynthesisUtterance(text);
    spoken.lang = "en-GB";
    spoken.onend = spoken.onerror = () => { button.textContent = "Read aloud"; };
    button.textContent = "Stop reading";
    speech.speak(spoken);
  };

  log.querySelectorAll(".reply").forEach(tools);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(".ask, .choices, .helpful")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
  document.getElementById("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      document.querySelector(".ask").requestSubmit();
    }
  });
  // What somebody changes in the message to a person goes along when they send it from their own e-mail.
  document.addEventListener("input", (event) => {
    if (event.target.id !== "pass-text") return;
    for (const link of event.target.closest(".pass").querySelectorAll("a[href^='mailto:']"))
      link.href = link.href.replace(/&body=.*/, `&body=${encodeURIComponent(event.target.value)}`);
  });
  window.addEventListener("online", () => log.querySelectorAll(".offline").forEach((node) => node.remove()));
  document.querySelector(".exit").addEventListener("click", leave);
  const arrived = performance.getEntriesByType("navigation")[0];
  const again = arrived && (arrived.type === "reload" || arrived.type === "back_forward");
  if (!again) history.replaceState(null, "");
  else if (history.state && history.state.conversation && !log.querySelector(".reply")) restore(history.state.conversation);
})();
