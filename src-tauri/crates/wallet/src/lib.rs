//! The running wallet: the writer, clocks, rails and view models.
