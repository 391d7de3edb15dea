// The chat page with JavaScript: the thread stays on the page, nothing is reloaded, and a reply can be copied, read
// aloud, printed and shown larger. Without it the same forms post and the page comes back. Nothing is stored.
"use strict";
(() => {
  const log = document.querySelector(".talk");
  const main = document.getElementById("main");
  if (!log || !window.fetch || !window.DOMParser) return;
  const offline = document.querySelector(".offline");
  const speech = "speechSynthesis" in window ? window.speechSynthesis : null;

  const send = async (form, pressed) => {
    const data = new FormData(form);
    if (pressed && pressed.name) data.set(pressed.name, pressed.value);
    const token = document.querySelector(".ask input[name=conversation]");
    data.set("conversation", token.value);
    const typed = form.classList.contains("ask");
    if (typed && !String(data.get("text")).trim()) return document.getElementById("text").focus();
    const waiting = said(typed ? data.get("text") : pressed && !pressed.value.startsWith("/feedback") ? pressed.textContent : "");
    main.setAttribute("aria-busy", "true");
    let page;
    try {
      const answer = await fetch(form.action.split("#")[0], { method: "POST", body: new URLSearchParams(data) });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      waiting.forEach((node) => node.remove());
      offline.hidden = false;
      return;
    } finally {
      main.removeAttribute("aria-busy");
    }
    offline.hidden = true;
    show(page, waiting, typed);
  };

  const said = (text) => {
    if (!text) return [];
    const bubble = document.createElement("section");
    bubble.className = "said";
    bubble.setAttribute("aria-label", "You asked");
    bubble.append(Object.assign(document.createElement("p"), { textContent: text }));
    log.append(bubble);
    return [bubble];
  };

  const show = (page, waiting, typed) => {
    const replies = [...page.querySelectorAll(".talk > .reply")];
    if (replies.some((reply) => reply.classList.contains("safeguarding"))) waiting.forEach((node) => node.remove());
    log.querySelectorAll(".helpful").forEach((node) => node.remove());
    document.querySelectorAll("#reply").forEach((node) => node.removeAttribute("id"));
    replies.forEach((reply) => log.append(tools(document.importNode(reply, true))));
    const fresh = page.querySelector(".ask");
    for (const name of ["conversation", "chosen"]) {
      const field = document.querySelector(`.ask [name=${name}]`);
      const value = fresh && fresh.querySelector(`[name=${name}]`);
      if (field && value) field.value = value.value;
    }
    const voice = fresh && fresh.querySelector("[name=audience][checked]");
    if (voice) document.querySelector(`.ask [name=audience][value=${voice.value}]`).checked = true;
    const draft = fresh && fresh.querySelector("textarea").value;
    if (typed) document.getElementById("text").value = draft || "";
    const first = log.querySelectorAll(".reply")[log.querySelectorAll(".reply").length - replies.length];
    if (first) {
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      (waiting[0] || first).scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
      first.focus({ preventScroll: true });
    }
  };

  const tools = (reply) => {
    if (!reply.classList.contains("answer") && !reply.classList.contains("handoff")) return reply;
    const row = document.createElement("div");
    row.className = "tools";
    const add = (label, act) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      button.addEventListener("click", () => act(button));
      row.append(button);
    };
    const words = () => [...reply.querySelectorAll("p, li")].filter((each) => !each.closest(".helpful")).map((each) => each.textContent.trim()).join("\n");
    if (navigator.clipboard) add("Copy", async (button) => { await navigator.clipboard.writeText(words()); button.textContent = "Copied"; });
    add("Print", () => window.print());
    if (speech) add("Read aloud", () => aloud(words()));
    add("Larger text", () => document.documentElement.classList.toggle("larger"));
    reply.append(row);
    return reply;
  };

  const aloud = (text) => {
    if (speech.speaking) return speech.cancel();
    const spoken = new SpeechSynthesisUtterance(text);
    spoken.lang = "en-GB";
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
  window.addEventListener("online", () => { offline.hidden = true; });
})();
