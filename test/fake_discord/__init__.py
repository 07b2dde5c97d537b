"""A Discord of our own for tests: REST and Gateway v10, steered by a test through a control API. See CONTROL.md."""
