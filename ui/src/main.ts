import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./lib/backend";

const target = document.getElementById("app");
if (target === null) throw new Error("the page has no place for the window");
mount(App, { target, props: { backend: await connect() } });
