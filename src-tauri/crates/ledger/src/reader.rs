//! Queries for the window, on a connection of their own.

use crate::delivery::{self, Delivery};
use crate::error::LedgerError;
use crate::index::Index;
use crate::index_check::{self, IndexFault};
use crate::note::VerifierKey;
use crate::query::{self, Cursor, EntryFilter, EntryPage};
use crate::schema::{self, DatabaseKey};
use crate::tree::Hash;
use crate::view::{LogSource, Sealed, View};
use purser_domain::{Entry, PaymentId};
use rusqlite::Connection;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A log, open for reading, beside the writer.
pub struct LedgerReader {
    conn: Connection,
    path: PathBuf,
    key: DatabaseKey,
    trusted: Option<VerifierKey>,
    // Opened by the first query that needs it.
    index: RefCell<Option<Index>>,
}

impl LedgerReader {
    /// Opens a log for reading, also while another process writes it. Its checkpoint is not
    /// checked: [`crate::verify_ledger`] does that.
    ///
    /// # Errors
    /// When there is none, the key is another one, or it is of another format.
    pub fn open(path: &Path, key: &[u8; 32]) -> Result<Self, LedgerError> {
        Self::connect(path, &Zeroizing::new(*key), None)
    }

    pub(crate) fn connect(
        path: &Path,
        key: &DatabaseKey,
        trusted: Option<VerifierKey>,
    ) -> Result<Self, LedgerError> {
        let conn = schema::connect(path, key)?;
        schema::check_readable(&conn, path)?;
        conn.pragma_update(None, "query_only", true)
            .map_err(|error| LedgerError::of_sqlite(path, error))?;
        let (path, key, index) = (path.to_owned(), key.clone(), RefCell::new(None));
        Ok(Self { conn, path, key, trusted, index })
    }

    /// A page of the entries that the filter wants, newest first, at most `limit`: the newest ones,
    /// or those after an earlier page. Takes a moment at most, however long the log is, once
    /// [`LedgerReader::index`] has been there; see [`EntryPage::next`].
    ///
    /// # Errors
    /// When an entry is damaged or can't be read, or the index beside the log can't be used.
    pub fn entries(
        &self,
        filter: &EntryFilter,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<EntryPage, LedgerError> {
        let view = self.view();
        let _snapshot = view.snapshot()?;
        if filter.is_indexed() {
            self.with_index(&view, &|index| query::page(&view, filter, cursor, limit, Some(index)))
        } else {
            query::page(&view, filter, cursor, limit, None)
        }
    }

    /// The latest entries that the filter wants, latest first, at most `limit`; of those before
    /// `before_seq`, if given. Looks through the whole log if need be.
    ///
    /// # Errors
    /// When an entry is damaged or can't be read.
    pub fn recent(
        &self,
        limit: usize,
        before_seq: Option<u64>,
        filter: &EntryFilter,
    ) -> Result<Vec<Entry>, LedgerError> {
        let mut entries = Vec::new();
        let mut cursor = before_seq.map(Cursor::before);
        loop {
            let page = self.entries(filter, cursor, limit.saturating_sub(entries.len()))?;
            entries.extend(page.entries);
            if page.next.is_none() || entries.len() >= limit {
                return Ok(entries);
            }
            cursor = page.next;
        }
    }

    /// All entries about a payment, in order, with the one that called it off together with
    /// others, if one did.
    ///
    /// # Errors
    /// When an entry is damaged or can't be read.
    pub fn payment_history(&self, payment: PaymentId) -> Result<Vec<Entry>, LedgerError> {
        let view = self.view();
        let _snapshot = view.snapshot()?;
        self.with_index(&view, &|index| query::payment_history(&view, payment, index))
    }

    /// Brings the index that queries by agent, payment and kind use up to date, by at most `most`
    /// entries, and says whether it is. Queries do so themselves; this is for doing it ahead, in
    /// steps. 100,000 entries take about a second.
    ///
    /// # Errors
    /// When an entry is damaged or can't be read, or the index beside the log can't be used.
    pub fn index(&self, most: u64) -> Result<bool, LedgerError> {
        let view = self.view();
        let _snapshot = view.snapshot()?;
        let size = view.head()?.frontier.size();
        self.try_index(&view, &mut |index| index.catch_up(&view, size, most))
    }

    /// Compares the index with the log: the rows that do not follow from it, the first 100 of each
    /// kind in the order of the entries. Reads the whole log.
    ///
    /// # Errors
    /// When an entry is damaged or can't be read, or the index beside the log can't be used.
    pub fn check_index(&self) -> Result<Vec<IndexFault>, LedgerError> {
        let view = self.view();
        let _snapshot = view.snapshot()?;
        let size = view.head()?.frontier.size();
        self.with_index(&view, &|index| index_check::check(index, &view, size))
    }

    /// The payments that paid fetches returned something for, in no order.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn delivered(&self) -> Result<Vec<PaymentId>, LedgerError> {
        delivery::payments(self.view())
    }

    /// Asks the index, once it is up to date.
    fn with_index<T>(
        &self,
        view: &View<'_>,
        ask: &dyn Fn(&Index) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let size = view.head()?.frontier.size();
        self.try_index(view, &mut |index| {
            index.catch_up(view, size, u64::MAX)?;
            ask(index)
        })
    }

    /// Uses the index; one that turns out to be damaged is made anew, once.
    fn try_index<T>(
        &self,
        view: &View<'_>,
        work: &mut dyn FnMut(&mut Index) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let mut slot = self.index.borrow_mut();
        let mut index = match slot.take() {
            Some(index) => index,
            None => Index::open(&self.path, &self.key, view)?,
        };
        let mut done = work(&mut index);
        if done.as_ref().is_err_and(|error| index.is_damaged(error)) {
            drop(index);
            Index::remove(&self.path)?;
            index = Index::open(&self.path, &self.key, view)?;
            done = work(&mut index);
        }
        *slot = Some(index);
        done
    }

    /// As [`crate::Ledger::replay`], up to the head as it is stored.
    ///
    /// # Errors
    /// As [`crate::Ledger::replay`].
    pub fn replay<E: From<LedgerError>>(
        &self,
        from: u64,
        visit: &mut dyn FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        self.view().replay(from, None, visit)
    }

    /// As [`crate::Ledger::root_at`], with the head as it is stored.
    ///
    /// # Errors
    /// As [`crate::Ledger::root_at`].
    pub fn root_at(&self, size: u64) -> Result<Hash, LedgerError> {
        self.view().root_at(size)
    }

    /// How many entries there are at this moment.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn size(&self) -> Result<u64, LedgerError> {
        Ok(self.view().head()?.frontier.size())
    }

    /// The latest checkpoint at this moment: a signed note.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn checkpoint(&self) -> Result<String, LedgerError> {
        Ok(self.view().head()?.checkpoint)
    }

    /// What a paid fetch returned.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn get_delivery(&self, payment: PaymentId) -> Result<Option<Delivery>, LedgerError> {
        delivery::get(self.view(), payment)
    }
}

impl Sealed for LedgerReader {
    fn view(&self) -> View<'_> {
        View { conn: &self.conn, path: &self.path }
    }

    fn trusted(&self) -> Option<&VerifierKey> {
        self.trusted.as_ref()
    }
}

impl LogSource for LedgerReader {}
