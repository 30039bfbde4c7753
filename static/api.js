// Runs the examples of the API page.
for (const form of document.querySelectorAll("[data-run]")) {
  const run = form.querySelector("button"), reply = form.querySelector(".reply");
  run.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  run.addEventListener("click", async () => {
    const options = { method: form.dataset.method, headers: { Accept: "application/json" } };
    const body = form.querySelector("textarea");
    if (body) Object.assign(options, { body: body.value, headers: { ...options.headers, "Content-Type": "application/json" } });
    reply.hidden = false;
    try {
      const response = await fetch(form.querySelector(".address").value, options);
      reply.textContent = `${response.status} ${response.statusText}\n${JSON.stringify(await response.json(), null, 1)}`;
    } catch (error) {
      reply.textContent = String(error);
    }
  });
}
