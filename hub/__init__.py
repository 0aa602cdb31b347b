"""The Content Hub: rules, use cases, pages, command line and wiring."""
