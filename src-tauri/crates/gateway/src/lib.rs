//! The agents' door: HTTP and MCP. It can only ask.
