"""The GraphQL contract: types, queries, mutations, loaders, limits, and the endpoint that serves them."""
