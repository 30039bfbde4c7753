// The links to the other language and theme lead to this page as it is now, wherever htmx has gone.
document.querySelector(".prefs").addEventListener("click", (event) => {
  const link = event.target.closest("a[hreflang]"), here = new URL(location.href);
  event.currentTarget.querySelector("[name=back]").value = here.pathname + here.search;
  if (!link) return;
  here.searchParams.set("lang", link.hreflang);
  link.href = here.pathname + here.search;
});
