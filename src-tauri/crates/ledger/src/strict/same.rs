//! Whether writing a value would give a [`Tape`], without writing it.
//!
//! Guarantees: `Ok` only when serde_json's serializer would write the same JSON value, with the
//! same members and no others. Where that is not obvious (floats, keys that are no texts), it says
//! no.

use super::tape::{Kind, Part, Tape};
use serde::ser::{self, Serialize, Serializer};
use std::fmt::{self, Write as _};

/// It differs, or it is not obvious that it does not.
#[derive(Debug)]
pub(super) struct Differs;

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("differs")
    }
}

impl std::error::Error for Differs {}

impl ser::Error for Differs {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Outcome = Result<(), Differs>;

fn same(is: bool) -> Outcome {
    if is { Ok(()) } else { Err(Differs) }
}

/// A value of the tape, to be compared with what is written.
#[derive(Clone, Copy)]
pub(super) struct Same<'t> {
    tape: &'t Tape<'t>,
    at: u32,
}

impl<'t> Same<'t> {
    pub(super) const fn of(tape: &'t Tape<'t>) -> Self {
        Self { tape, at: 0 }
    }

    fn part(self) -> Result<Part, Differs> {
        self.tape.part(self.at).ok_or(Differs)
    }

    fn is(self, kind: Kind) -> Outcome {
        same(self.part()?.kind == kind)
    }

    /// The items or members, when it is of this kind and has as many as are known to come.
    fn inside(self, kind: Kind, items: Option<usize>) -> Result<Inside<'t>, Differs> {
        let part = self.part()?;
        let many = items.is_none_or(|items| u32::try_from(items) == Ok(part.items));
        same(part.kind == kind && many)?;
        let first = self.at.saturating_add(1);
        let (tape, items) = (self.tape, part.items);
        Ok(Inside { tape, first, next: first, items, count: 0, seen: 0, at_key: None })
    }

    /// The one member of an object, which has this name.
    fn only_member(self, name: &str) -> Result<Self, Differs> {
        self.inside(Kind::Object, Some(1))?.member(name)
    }
}

/// The items or members of a value.
pub(super) struct Inside<'t> {
    tape: &'t Tape<'t>,
    first: u32,
    next: u32,
    items: u32,
    count: u32,
    // The members that were written, a bit each.
    seen: u64,
    // The member whose value a map writes next.
    at_key: Option<Same<'t>>,
}

impl<'t> Inside<'t> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Outcome {
        same(self.count < self.items)?;
        let item = Same { tape: self.tape, at: self.next };
        self.next = item.part()?.next;
        self.count = self.count.saturating_add(1);
        value.serialize(item)
    }

    /// Finds a member that was not written yet. Names stand once on the tape.
    fn member(&mut self, name: &str) -> Result<Same<'t>, Differs> {
        let mut at = self.first;
        for index in 0..self.items {
            let part = self.tape.part(at).ok_or(Differs)?;
            if self.tape.name(part) == name {
                // Objects with more members than bits are rare, and left to the plain way.
                let bit = 1u64.checked_shl(index).ok_or(Differs)?;
                same(self.seen & bit == 0)?;
                self.seen |= bit;
                self.count = self.count.saturating_add(1);
                return Ok(Same { tape: self.tape, at });
            }
            at = part.next;
        }
        Err(Differs)
    }

    fn all_seen(&self) -> Outcome {
        same(self.count == self.items)
    }
}

/// Compares what is formatted with a text, piece by piece.
struct Rest<'t>(&'t str);

impl fmt::Write for Rest<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(piece).ok_or(fmt::Error)?;
        Ok(())
    }
}

impl<'t> Serializer for Same<'t> {
    type Ok = ();
    type Error = Differs;
    type SerializeSeq = Inside<'t>;
    type SerializeTuple = Inside<'t>;
    type SerializeTupleStruct = Inside<'t>;
    type SerializeTupleVariant = Inside<'t>;
    type SerializeMap = Inside<'t>;
    type SerializeStruct = Inside<'t>;
    type SerializeStructVariant = Inside<'t>;

    fn serialize_bool(self, value: bool) -> Outcome {
        self.is(if value { Kind::True } else { Kind::False })
    }

    fn serialize_i8(self, value: i8) -> Outcome {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Outcome {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Outcome {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Outcome {
        self.is(Kind::Number)?;
        // A number has one text on the tape, so equal numbers are equal texts.
        same(self.tape.text(self.part()?).parse() == Ok(value))
    }

    fn serialize_u8(self, value: u8) -> Outcome {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Outcome {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Outcome {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Outcome {
        self.is(Kind::Number)?;
        same(self.tape.text(self.part()?).parse() == Ok(value))
    }

    fn serialize_f32(self, _: f32) -> Outcome {
        Err(Differs)
    }

    fn serialize_f64(self, _: f64) -> Outcome {
        Err(Differs)
    }

    fn serialize_char(self, value: char) -> Outcome {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Outcome {
        let part = self.part()?;
        match part.kind {
            // Nothing on the tape that needs an escape is plain, so neither is it in the value.
            Kind::Plain => same(self.tape.text(part) == value),
            Kind::Escaped => same(self.tape.unescaped(part).as_deref() == Some(value)),
            _ => Err(Differs),
        }
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Outcome {
        let part = self.part()?;
        if part.kind != Kind::Plain {
            return self.serialize_str(&value.to_string());
        }
        let mut rest = Rest(self.tape.text(part));
        write!(rest, "{value}").map_err(|_| Differs)?;
        same(rest.0.is_empty())
    }

    fn serialize_bytes(self, _: &[u8]) -> Outcome {
        Err(Differs)
    }

    fn serialize_none(self) -> Outcome {
        self.is(Kind::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Outcome {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Outcome {
        self.is(Kind::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Outcome {
        self.is(Kind::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Outcome {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Outcome {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Outcome {
        value.serialize(self.only_member(variant)?)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Inside<'t>, Differs> {
        self.inside(Kind::Array, len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Inside<'t>, Differs> {
        self.inside(Kind::Array, Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Inside<'t>, Differs> {
        self.inside(Kind::Array, Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Inside<'t>, Differs> {
        self.only_member(variant)?.inside(Kind::Array, Some(len))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'t>, Differs> {
        self.inside(Kind::Object, None)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'t>, Differs> {
        self.inside(Kind::Object, None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'t>, Differs> {
        self.only_member(variant)?.inside(Kind::Object, None)
    }
}

macro_rules! items {
    ($($of:ident: $add:ident),*) => {$(
        impl ser::$of for Inside<'_> {
            type Ok = ();
            type Error = Differs;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Outcome {
                self.item(value)
            }

            fn end(self) -> Outcome {
                self.all_seen()
            }
        }
    )*};
}

items!(
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
);

macro_rules! members {
    ($($of:ident),*) => {$(
        impl ser::$of for Inside<'_> {
            type Ok = ();
            type Error = Differs;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Outcome {
                value.serialize(self.member(name)?)
            }

            fn end(self) -> Outcome {
                self.all_seen()
            }
        }
    )*};
}

members!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Differs;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Outcome {
        // A key that is no text has a form that serde_json chooses; the plain way knows it.
        let serde_json::Value::String(name) = serde_json::to_value(key).map_err(|_| Differs)?
        else {
            return Err(Differs);
        };
        self.at_key = Some(self.member(&name)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Outcome {
        value.serialize(self.at_key.take().ok_or(Differs)?)
    }

    fn end(self) -> Outcome {
        self.all_seen()
    }
}
