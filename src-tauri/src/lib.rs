//! The desktop shell: the owner's window over [`purser_wallet::Host`].
//!
//! Guarantees: a command forwards one call and returns what came of it; nothing is decided,
//! calculated or kept here but a phrase that waits to be written down. What a window may call is
//! fixed at build time by `src-tauri/capabilities` and `src-tauri/permissions`. A notification's
//! button counts only when the notification service itself reports it, for the request that it
//! showed, not before it could be read.
//! Does not guarantee: anything against programs of the same user that press buttons or replace
//! the notification service; see docs/known-issues.md.
//!
//! | module     | what                                                                   |
//! |------------|------------------------------------------------------------------------|
//! | `options`  | the command line of the app                                            |
//! | `app`      | start, the parts that run beside the window, the end                   |
//! | `commands` | what the window may ask, one file an area                              |
//! | `dto`      | what goes over to the window beside the view                           |
//! | `events`   | pushes the whole view after changes                                    |
//! | `windows`  | the window                                                             |
//! | `tray`     | the icon in the panel                                                  |
//! | `notify`   | notifications with buttons                                             |

mod app;
mod commands;
mod dto;
mod events;
mod notify;
mod options;
mod tray;
mod why;
mod windows;

#[cfg(test)]
mod acl_tests;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod sample_tests;

pub use app::run;
