// Runs the examples of the API page.
for (const form of document.querySelectorAll("[data-run]")) {
  const run = form.querySelector("button"), reply = form.querySelector(".reply");
  run.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  run.addEventListener("click", async () => {
    const options = { method: form.dataset.method, headers: { Accept: "application/json" } };
    const sent = form.querySelector("textarea");
    if (sent) Object.assign(options, { body: sent.value, headers: { ...options.headers, "Content-Type": "application/json" } });
    reply.hidden = false;
    try {
      const response = await fetch(form.querySelector(".address").value, options);
      const json = response.headers.get("Content-Type")?.includes("json");
      const body = json ? JSON.stringify(await response.json(), null, 1) : "";
      reply.textContent = `${response.status} ${response.statusText}\n${body}`;
    } catch (error) {
      reply.textContent = String(error);
    }
  });
}
