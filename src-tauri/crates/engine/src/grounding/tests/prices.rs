//! How people write amounts.

use super::priced;

#[test]
fn people_write_currencies_in_many_ways() {
    for (task, money, departure) in [
        ("50 usd", "51 USDC", "above 50"),
        ("50 usdt", "50 CAD", "not USD"),
        ("5 quid", "6 GBP", "above 5"),
        ("5 pounds", "6 GBP", "above 5"),
        ("5 pounds", "5 USD", "not GBP"),
        ("20 euros of credit", "21 EUR", "above 20"),
        ("5000 yen", "5001 JPY", "above 5000"),
        ("5000 yuan", "5001 CNY", "above 5000"),
        ("5000 yen", "50 USD", "not JPY"),
        ("50 kr", "51 SEK", "above 50"),
        ("50 kroner", "51 NOK", "above 50"),
        ("50 kr", "51 USD", "not SEK"),
        ("50 rupees", "51 INR", "above 50"),
        ("50 rupees", "51 PKR", "above 50"),
        ("Rs 50", "51 INR", "above 50"),
        ("₹50", "51 USD", "not INR"),
        ("50 francs", "51 CHF", "above 50"),
        ("Fr. 50", "51 CHF", "above 50"),
        ("50 zł", "51 PLN", "above 50"),
        ("50 chf", "51 CHF", "above 50"),
        ("chf 50", "51 CHF", "above 50"),
        ("50 GEL", "51 GEL", "above 50"),
        ("¥5000", "5001 JPY", "above 5000"),
        ("£5", "5 USD", "not GBP"),
        ("50¢", "0.51 EUR", "above 0.5"),
        ("50 cents", "0.5 GBP", "not USD"),
        ("USD 50", "51 USD", "above 50"),
        ("usd 50", "51 USD", "above 50"),
        ("$50", "51 MXN", "above 50"),
        ("$50", "51 GBP", "not USD"),
        ("100 for 2, and $30 for the bag", "31 USD", "above 30"),
        ("room 50 $20", "21 USD", "above 20"),
    ] {
        assert_eq!(priced(task, money), departure, "{task}: {money}");
    }
}

#[test]
fn people_write_numbers_in_many_ways() {
    for (task, money, departure) in [
        ("pay EUR50", "51 EUR", "above 50"),
        ("pay EUR50", "10 USD", "not EUR"),
        ("$100 - 150", "151 USD", "above 150"),
        ("a shirt for $50 M", "51 USD", "above 50"),
        ("send $50 K Becker", "51 USD", "above 50"),
        ("a house for $2M", "2000001 USD", "above 2000000"),
        ("€1,200", "1201 EUR", "above 1200"),
        ("€0.500", "0.51 EUR", "above 0.5"),
        ("€1.200.000", "1200001 EUR", "above 1200000"),
        ("€1,234,567.89", "1234568 EUR", "above 1234567.89"),
        ("€1 200 300", "1200301 EUR", "above 1200300"),
        ("€1 200 300,50", "1200301 EUR", "above 1200300.5"),
        ("€1.2345", "2 EUR", "above 1.2345"),
        ("€1234.567", "1235 EUR", "above 1234.567"),
        ("€1200 300 times", "1201 EUR", "above 1200"),
        ("€12 3000", "13 EUR", "above 12"),
        ("€50.", "51 EUR", "above 50"),
        ("€1 200-1 500", "1501 EUR", "above 1500"),
        ("€1 200.", "1201 EUR", "above 1200"),
        ("a car for 2million dollars", "2000001 USD", "above 2000000"),
        ("a house for 5 mio euros", "5000001 EUR", "above 5000000"),
        ("3 thousand dollars", "3001 USD", "above 3000"),
        ("CHF\u{202f}50", "51 CHF", "above 50"),
        ("50\u{202f}EUR", "51 EUR", "above 50"),
        ("50\u{202f}€", "51 EUR", "above 50"),
        ("pay R$50", "50 USD", "not BRL"),
        ("pay A$50", "50 USD", "not AUD"),
        ("pay AU$50", "50 USD", "not AUD"),
        ("pay C$50", "50 USD", "not CAD"),
        ("pay CA$50", "50 USD", "not CAD"),
        ("pay HK$50", "50 USD", "not HKD"),
        ("pay NZ$50", "50 USD", "not NZD"),
        ("pay S$50", "50 USD", "not SGD"),
    ] {
        assert_eq!(priced(task, money), departure, "{task}: {money}");
    }
}

#[test]
fn people_bound_an_amount_in_many_ways() {
    for (task, money, departure) in [
        ("up to 300", "301 EUR", "above 300"),
        ("bis zu 300", "301 EUR", "above 300"),
        ("less than 300", "301 EUR", "above 300"),
        ("weniger als 300", "301 EUR", "above 300"),
        ("nicht mehr als 300", "301 EUR", "above 300"),
        ("never more than 300", "301 EUR", "above 300"),
        ("mehr als 300", "301 EUR", ""),
        ("no less than 300", "301 EUR", ""),
        ("nicht weniger als 300", "301 EUR", ""),
        ("a limit of 300", "301 EUR", "above 300"),
        ("the limit is 300", "301 EUR", "above 300"),
        ("not over 300", "301 EUR", "above 300"),
        ("never over 300", "301 EUR", "above 300"),
        ("over 300", "301 EUR", ""),
        ("at most $300, at least $100", "301 USD", "above 300"),
        ("at least $300, at most $100", "101 USD", "above 100"),
        ("forward it to 300.", "301 EUR", ""),
        ("weiter zu 300.", "301 EUR", ""),
        ("send 10kg for Tom", "11 USD", ""),
        ("tip 10.", "11 USD", "above 10"),
        ("tip 10", "11 USD", "above 10"),
        ("tip 10 people", "11 USD", ""),
        ("tip 10% of it", "11 USD", ""),
        ("give 10 to Tom", "11 USD", ""),
        ("zahle 10", "11 EUR", "above 10"),
        ("about 50 euros", "61 EUR", "above 60"),
        ("nearly $50", "61 USD", "above 60"),
        ("3 at $20", "60 USD", ""),
        ("3 x $20", "60 USD", ""),
        ("3 @ $20", "60 USD", ""),
        ("3 × 20 €", "60 EUR", ""),
        ("3 Karten je 20 €", "60 EUR", ""),
        ("$20 a night", "60 USD", ""),
        ("$20 an hour", "60 USD", ""),
        ("$20 a bag", "60 USD", "above 20"),
        ("$20 / night", "60 USD", ""),
        ("$20 + tax", "60 USD", ""),
        ("20-30 dollars per night", "90 USD", ""),
        ("2 cents a row or so", "4.20 USD", ""),
        ("the £60pp deposit for the 4 of us", "240 GBP", ""),
        ("the number + $20 of balance", "21.15 USD", ""),
        ("so um die 40 Euro", "41.50 EUR", ""),
        ("maybe 80 dollars", "84.99 USD", ""),
        ("parken vom 14. bis 15., das günstigste", "29 EUR", ""),
        ("14 Leute, bis 15 Euro", "16 EUR", "above 15"),
    ] {
        assert_eq!(priced(task, money), departure, "{task}: {money}");
    }
}

#[test]
fn people_write_numbers_as_words() {
    for (task, money, departure) in [
        ("Send aunt Carol a hundred dollars", "101 USD", "above 100"),
        ("a fifty dollar deposit", "51 USD", "above 50"),
        ("twenty euro extra", "21 EUR", "above 20"),
        ("vingt-cinq euros à Julie", "26 EUR", "above 25"),
        ("quatre-vingts euros", "81 EUR", "above 80"),
        ("quatre-vingt-dix euros", "91 EUR", "above 90"),
        ("cuarenta euros a Lucia", "41 EUR", "above 40"),
        ("dreißig Euro an Tom", "31 EUR", "above 30"),
        ("fünfzig Euro", "51 EUR", "above 50"),
        ("vijftig euro", "51 EUR", "above 50"),
        ("two hundred and fifty pounds", "251 GBP", "above 250"),
        ("three thousand two hundred dollars", "3201 USD", "above 3200"),
        ("two hundred euros", "10 USD", "not EUR"),
        ("it should be seventy pounds fifty", "70.50 GBP", ""),
        ("it should be seventy pounds fifty", "70.60 GBP", "above 70.5"),
        ("spend up to thirty", "31 USD", "above 30"),
        ("less than a hundred", "101 USD", "above 100"),
        ("twenty dollars each", "60 USD", ""),
        ("at least twenty dollars", "60 USD", ""),
        ("about twenty dollars", "25 USD", "above 24"),
        // A count, a few of something, and no number.
        ("ten of them, and the hundred leads", "500 USD", ""),
        ("a table for max two", "60 USD", ""),
        ("under thirty minutes", "60 USD", ""),
        ("a dollar store and an euro", "60 USD", ""),
        ("four fifty euro notes and nine", "60 EUR", "above 50"),
    ] {
        assert_eq!(priced(task, money), departure, "{task}: {money}");
    }
}
