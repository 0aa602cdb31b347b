// Starts GraphiQL from the vendored files. Examples come from the page, as data.
"use strict";

(() => {
  const examples = JSON.parse(document.getElementById("examples").textContent);
  const asked = new URLSearchParams(location.search);
  const chosen = examples.find((each) => each.slug === asked.get("example"));
  const tab = (each) => ({ query: each.query, variables: each.variables });

  // An example or a query in the address opens by itself; otherwise the tabs of last time, or all examples.
  const opened = {};
  if (chosen) Object.assign(opened, tab(chosen));
  else if (asked.has("query")) Object.assign(opened, { query: asked.get("query"), variables: asked.get("variables") || "" });

  const fetcher = GraphiQL.createFetcher({ url: "/graphql", fetch: window.fetch.bind(window) });
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  root.render(
    React.createElement(GraphiQL, {
      fetcher,
      ...opened,
      defaultTabs: examples.map(tab),
      defaultTheme: "light",
      shouldPersistHeaders: false, // a key must not stay in the browser's storage
    }),
  );
})();
