// What makes the pages better where scripts run; all of them work without.
"use strict";

// Language and colours apply at once.
for (const form of document.querySelectorAll("form.preferences")) {
  form.addEventListener("change", () => form.requestSubmit());
  form.querySelector("button").hidden = true;
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});

// Entries are judged as they are typed; without a script, a button does it.
for (const editor of document.querySelectorAll("form.editor")) {
  for (const area of editor.querySelectorAll("textarea")) {
    const verdicts = document.getElementById(`${area.id}-verdicts`);
    let waiting;
    let asked = 0;
    const judge = async () => {
      const number = ++asked;
      const response = await fetch(editor.dataset.judge, {
        method: "POST",
        headers: { "x-csrf-token": editor.elements.csrf.value },
        body: new URLSearchParams({ interface: area.name, text: area.value }),
      }).catch(() => undefined);
      // An answer to what was typed before is no answer to what stands there now.
      if (!response?.ok || number !== asked) return;
      verdicts.innerHTML = await response.text();
      area.setAttribute("aria-invalid", verdicts.querySelector(".bad, .bad-text") ? "true" : "false");
    };
    area.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(judge, 250);
    });
  }
}

// A page that shows something under way is loaded anew once it is over.
const underWay = document.querySelector("[data-under-way]");
if (underWay) {
  const ask = async () => {
    const response = await fetch(location.href).catch(() => undefined);
    const isOver = response?.ok && !(await response.text()).includes("data-under-way");
    if (isOver) location.reload();
    else setTimeout(ask, 2000);
  };
  setTimeout(ask, 1000);
}
