//! How people name payees.

use super::{Naming, named};

#[test]
fn a_short_account_or_one_in_other_letters_is_not_named() {
    for (task, payee) in [
        ("pay 12 dollars for lunch", "Evil | 12"),
        ("pay 1984 dollars", "Evil | 1984"),
        ("send it to a77x01", "Any | A77x01"),
        ("send it to ab12xy7", "Any | ab12Xy7"),
        ("send it to acct1032d82ezvkylo2c", "Any | acct1032D82eZvKYlo2C"),
    ] {
        assert_eq!(named(task, payee), Naming::NotNamed, "{task}: {payee}");
    }
    for (task, payee) in [
        ("send it to A77x01", "Any | A77x01"),
        ("send it to 12 34 56", "Any | 123456"),
        ("send it to ab12Xy7", "Any | ab12Xy7"),
        ("send it to pay@acme", "Any | PAY@acme"),
    ] {
        assert_eq!(named(task, payee), Naming::ByAccount, "{task}: {payee}");
    }
}

#[test]
fn a_host_is_named_by_its_domain_or_its_label() {
    for (task, host, naming) in [
        ("see acme.org and pay GitHub", "github.com", Naming::ByHost),
        ("pay GitHub, the docs are at acme.org", "github.com", Naming::ByHost),
        ("see www.acme.org, pay at shop.house.com", "house.com", Naming::ByHost),
        ("buy a toaster at kaufland", "kaufland.de", Naming::ByHost),
        ("pay the AWS bill", "aws.example", Naming::ByHost),
        ("pay at acme.de", "pay.acme.de", Naming::ByHost),
        // Inside another host a label names that one.
        ("see github.com for it", "github.example", Naming::NotNamed),
        ("pay GitHub, see github.com", "github.example", Naming::ByClaim),
        ("see acme.de", "acme.co.uk", Naming::NotNamed),
        // An address has no domain.
        ("use 10.0.0.1", "127.0.0.1:8402", Naming::NotNamed),
        ("buy at hm", "hm.com", Naming::NotNamed),
    ] {
        assert_eq!(named(task, &format!("x | | {host}")), naming, "{task}: {host}");
    }
}

#[test]
fn a_name_is_named_whole_or_by_its_telling_word() {
    for (task, name) in [
        // Without the legal form and the article.
        ("Book City Hub", "The City Hub"),
        ("Book City Hub", "City Hub Ltd"),
        ("Pay Mr Carter", "The Emily Carter"),
        ("Pay Mr Carter", "Emily Carter Ltd"),
        // As it is typed.
        ("pay emily 20 dollars", "Emily Carter"),
        ("Pay Élodie 20 euros", "Élodie Martin"),
        ("Pay E\u{301}lodie 20 euros", "Élodie Martin"),
        ("pay b2own", "B2own"),
        ("pay 123456", "123456"),
        ("pay 1234567", "1234567"),
        ("turn into route 123456", "Route 123456"),
        ("заплати Яндекс", "Яндекс 24"),
        ("pay Spot\u{e0041}ify", "Spotify"),
        ("pay O'Reilly", "O'Reilly Media"),
        ("pay O\u{2019}Reilly", "O'Reilly Media"),
        // By a later word, which the text uses as a name.
        ("paga la fattura vergnano sud", "Torrefazione Vergnano Sud"),
        ("therapy last tuesday = 140, dr alvarez", "Nina Alvarez LCSW"),
        ("The retainer of Brandt, please", "Alan Brandt Consulting"),
        ("maler yildiz, half of it", "Malermeister Okan Yildiz"),
        ("taller soriano, oil and filters", "Talleres Soriano"),
        ("candles from juniper again", "Aunt Juniper Candles"),
        ("il conto porta romana, grazie", "Gatti Porta Romana"),
        // Of everyday words, where something is bought from it.
        ("order dish soap from target", "Target"),
        ("Tokyo with United, back Feb 14", "United Airlines"),
        ("flights with TAP, direct", "TAP Air Portugal"),
        ("pay vision plus what is left", "Vision Plus Opticians"),
        ("noch zwei northdata berichte", "North Data"),
        // By its initials or very short.
        ("aws reserved instance for the db", "Amazon Web Services"),
        ("renew it at the IPO", "UK Intellectual Property Office"),
        ("the dvla wants its fee", "Driver and Vehicle Licensing Agency"),
        ("pg&e bill", "PG&E"),
        ("Get me a G7 cab", "G7 Taxis"),
        // Without its accents.
        ("pay ondrej for january", "Ondřej Kučera"),
    ] {
        assert_eq!(named(task, name), Naming::ByClaim, "{task}: {name}");
    }
}

#[test]
fn a_word_that_others_have_names_nobody() {
    for (task, name) in [
        ("Pay the Bank", "Bank"),
        ("Pay 1984 dollars", "1984"),
        ("turn into route 1984", "Route 1984"),
        ("pay for xy now", "Xy"),
        ("pay Sixts", "Sixt SE"),
        // A word in small letters beside capitals is that word.
        ("Pay the emily print", "Emily Carter"),
        ("Überweise für emily", "Emily Carter"),
        // What somebody does is not who it is, and a place is where.
        ("Pay the Plumbing", "Kessler Plumbing Berlin"),
        ("Pay the dentist", "Zahnarztpraxis Dr. Bauer"),
        ("Find a room in Oaxaca", "Casa Xochitl Oaxaca"),
        ("Fly from London with them", "London Evil Services"),
        // A later word in small letters that nothing tells from others.
        ("look into the flaky cache", "Evil Cache Accelerator"),
        ("the second night at the place", "Second Chance"),
        ("list open source licences", "Open Source Fund"),
        ("pay xq now", "X Q"),
        ("from hotel london to the station", "Hotel London"),
        ("United we stand, order flags", "United Airlines"),
        ("clean air with tap water", "TAP Air Portugal"),
        // Initials that are a word, or too few.
        ("have the car washed", "Clean And Repair"),
        ("see xy about it", "Xeno Yankee Zulu"),
        ("Pay Anna Carter", "Emily Carter"),
        // A look-alike letter beside Latin ones is a disguise.
        ("Renew Azure now", "\u{39c}icrosoft Azure"),
        // One sign of a script without spaces is no word.
        ("富士山に払って", "山田商店"),
        ("山に払って", "山"),
    ] {
        assert_eq!(named(task, name), Naming::NotNamed, "{task}: {name}");
    }
}
