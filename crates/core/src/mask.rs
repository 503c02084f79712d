//! Masks telephone, identity-card and bank-card numbers and e-mail addresses in what a customer wrote.
//!
//! Nothing of a number is kept, not even its length: three known digits and a name lead back to a person. The mark says
//! what stood there, in signs that need no language. It is in the first load of every tablet, hence no `regex`. Time is
//! linear: a number is looked at from the start of each of its groups, and at most 19 digits far.

/// In place of a telephone number. A screen reader says “telephone” in its user's language.
pub const PHONE: &str = "[☎▇▇▇]";
/// In place of a resident identity number.
pub const IDENTITY: &str = "[ID▇▇▇]";
/// In place of a bank-card number.
pub const CARD: &str = "[💳▇▇▇]";
/// In place of an e-mail address.
pub const EMAIL: &str = "[✉▇▇▇]";

/// A card has at most 19 digits; nothing that is masked is longer.
const MAX_DIGITS: u32 = 19;
/// A card in fours, with what is left of it, makes five groups; an international number in twos may have seven.
const MAX_GROUPS: u32 = 8;
/// What a character without width is folded to. It is dropped: nothing stands between its neighbours.
const UNSEEN: u8 = 1;
/// `) ` and ` - ` stand between two groups; more than three signs are not a gap any more.
const MAX_GAP: usize = 3;

/// The text with a mark in place of each number or address.
pub fn mask(text: &str) -> String {
    let mut folded = Vec::with_capacity(text.len());
    folded.extend(text.chars().map(fold).filter(|byte| *byte != UNSEEN));
    let mut masked = String::with_capacity(text.len());
    let mut line = Folded { bytes: &folded, from: 0 };
    let mut at = 0;
    for letter in text.chars() {
        let is_seen = fold(letter) != UNSEEN;
        if at >= line.from {
            if is_seen && let Some((end, mark)) = line.address(at).or_else(|| line.number(at)) {
                masked.push_str(mark);
                line.from = end;
            } else {
                masked.push(letter);
            }
        }
        at += usize::from(is_seen);
    }
    masked
}

/// A character as plain ASCII in lower case: full-width and Arabic digits, spaces and dashes of all kinds become what
/// they stand for, signs of enumeration a comma, letters of other alphabets an `a`, what has no width [`UNSEEN`],
/// everything else (Chinese included) 0.
fn fold(letter: char) -> u8 {
    let code = u32::from(letter);
    let ascii = match code {
        0..=0x7E => code,
        0xFF01..=0xFF5E => code - 0xFEE0,
        0x660..=0x669 => code - 0x630,
        0x6F0..=0x6F9 => code - 0x6C0,
        0xA0 | 0x2000..=0x200A | 0x202F | 0x3000 => 0x20,
        0x2010..=0x2015 | 0x2212 => 0x2D,
        0xB7 | 0x2022 | 0x3001 | 0x30FB => 0x2C,
        0xAD | 0x200B..=0x200F | 0x2060 | 0xFEFF => u32::from(UNSEEN),
        0xC0..=0x52F => 0x61,
        _ => 0,
    };
    (ascii as u8).to_ascii_lowercase()
}

/// Whether a name or a code is made of such characters.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A text folded, a byte for each character.
struct Folded<'a> {
    bytes: &'a [u8],
    /// The end of the last mark: what lies before it is of no interest any more.
    from: usize,
}

impl Folded<'_> {
    /// 0 past the end. Called from everywhere, and small as long as it is a call.
    #[inline(never)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn before(&self, at: usize) -> u8 {
        if at > self.from { self.byte(at - 1) } else { 0 }
    }

    /// The end of the characters from here that fit.
    fn skip(&self, mut at: usize, fits: fn(u8) -> bool) -> usize {
        while fits(self.byte(at)) {
            at += 1;
        }
        at
    }

    /// Where an address that begins here ends.
    fn address(&self, at: usize) -> Option<(usize, &'static str)> {
        let is_local: fn(u8) -> bool = |byte| is_word(byte) || matches!(byte, b'.' | b'%' | b'+' | b'-');
        // Only where such characters begin, or a long row of them would be walked again and again.
        if is_local(self.before(at)) {
            return None;
        }
        let sign = self.skip(at, is_local);
        if sign == at || self.byte(sign) != b'@' {
            return None;
        }
        // The last dot with two letters or more behind it ends the name; a sentence may go on after it.
        let mut end = None;
        let mut label = sign + 1;
        loop {
            let dot = self.skip(label, |byte| is_word(byte) || byte == b'-');
            let top = self.skip(dot + 1, |byte| byte.is_ascii_lowercase());
            if dot == label || self.byte(dot) != b'.' {
                return end;
            }
            if top > dot + 2 {
                end = Some((top, EMAIL));
            }
            label = dot + 1;
        }
    }

    /// Where a number that begins here ends: the longest of those that its groups make up.
    fn number(&self, at: usize) -> Option<(usize, &'static str)> {
        if is_word(self.before(at)) && !self.is_announced(at) {
            return None;
        }
        let mut number = Number::default();
        // The sign between this number and digits before it. A 6 may be the end of 86, which is dialled from abroad.
        let sign =
            if matches!(self.before(at.wrapping_sub(1)), b'0'..=b'5' | b'7'..=b'9') { self.before(at) } else { 0 };
        let (mut end, mut open, mut found) = (at, 0, None);
        while matches!(self.byte(end), b'(' | b'+') && end < at + 2 {
            number.is_international |= self.byte(end) == b'+';
            open += i32::from(self.byte(end) == b'(');
            end += 1;
        }
        while number.groups < MAX_GROUPS {
            let begin = end;
            while self.byte(end).is_ascii_digit() {
                if number.length == MAX_DIGITS {
                    return found;
                }
                number.push(u64::from(self.byte(end) - b'0'));
                end += 1;
            }
            if number.length == 17 && self.byte(end) == b'x' {
                number.push(0);
                number.ends_in_x = true;
                end += 1;
            }
            if end == begin {
                // A mark is what the row went on with, before that was masked.
                if number.is_row && self.byte(end) == b'[' {
                    found = None;
                }
                return found;
            }
            number.close_group((end - begin) as u32);
            if number.is_row && !number.is_list {
                // A row of equal groups that goes on is one of rooms, hours or prices.
                found = None;
            }
            // A bracket is taken with the number if the other one is.
            if open == 0 && !is_word(self.byte(end)) {
                found = number.kind().map(|mark| (end, mark)).or(found);
            }
            let gap = end;
            while matches!(self.byte(end), b' ' | b'(' | b')' | b',' | b'-' | b'.' | b'/' | b'_') {
                number.is_list |= matches!(self.byte(end), b',' | b'/' | b'_');
                open += i32::from(self.byte(end) == b'(') - i32::from(self.byte(end) == b')');
                // A dot between two groups stands alone, or it ends a sentence.
                if end == gap + MAX_GAP || (end > gap && (self.byte(end) == b'.' || self.byte(gap) == b'.')) {
                    return found;
                }
                end += 1;
            }
            if end == gap {
                return found;
            }
            number.is_part |= number.groups == 1 && self.byte(end - 1) == sign;
        }
        found
    }

    /// Whether the word right before a number says that one follows: `tel138…`. After other letters, digits belong to
    /// a code. Only the first four letters are compared: `telephone`, `telegram`, `mobil`.
    fn is_announced(&self, at: usize) -> bool {
        let (mut word, mut begin) = (0_u32, at);
        while is_word(self.before(begin)) && begin + 9 > at {
            begin -= 1;
            word = word << 8 | u32::from(self.byte(begin));
        }
        const WORDS: [u32; 12] = [
            u32::from_le_bytes(*b"tel\0"),
            u32::from_le_bytes(*b"tele"),
            u32::from_le_bytes(*b"phon"),
            u32::from_le_bytes(*b"mobi"),
            u32::from_le_bytes(*b"what"),
            u32::from_le_bytes(*b"wech"),
            u32::from_le_bytes(*b"weix"),
            u32::from_le_bytes(*b"wx\0\0"),
            u32::from_le_bytes(*b"vx\0\0"),
            u32::from_le_bytes(*b"v\0\0\0"),
            u32::from_le_bytes(*b"id\0\0"),
            u32::from_le_bytes(*b"sfz\0"),
        ];
        WORDS.contains(&word)
    }
}

/// With these two digits a mobile number of China begins at the lowest.
const CHINA: u8 = 13;
/// How telephone numbers are written without a country code: the lengths of the groups, a hexadecimal digit each (the
/// first of five is not looked at), and the first two digits, from and to. Where these are a 0 and another one, as in
/// most countries, the length of the first group is left out.
const FORMS: [(u16, u8, u8); 24] = [
    // 138 0013 8000.
    (0xB, CHINA, 19),
    (0x38, CHINA, 19),
    (0x56, CHINA, 19),
    (0x74, CHINA, 19),
    (0x335, CHINA, 19),
    (0x344, CHINA, 19),
    (0x434, CHINA, 19),
    // 0912345678, 030 123456, 010-62345678, 0912 345 678, 090-1234-5678, 079 123 45 67, 01 23 45 67 89.
    (0, 1, 9),
    (6, 1, 9),
    (7, 1, 9),
    (8, 1, 9),
    (0x24, 1, 9),
    (0x33, 1, 9),
    (0x34, 1, 9),
    (0x44, 1, 9),
    (0x222, 1, 9),
    (0x322, 1, 9),
    (0x2222, 1, 9),
    // 9123 4567, 612 345 678, (555) 123-4567, 1-555-123-4567, (11) 91234-5678, 8 (912) 345-67-89.
    (0x44, 50, 99),
    (0x333, 60, 99),
    (0x334, 20, 99),
    (0x1334, 12, 19),
    (0x254, 11, 99),
    (0x3322, 80, 89),
];

/// Digits read so far, and how they were grouped.
#[derive(Default)]
struct Number {
    /// The digits as one number; leading zeros are in `length` alone.
    value: u64,
    length: u32,
    groups: u32,
    /// The length of the first group.
    first: u32,
    /// The lengths of the others, four bits each.
    rest: u32,
    /// All groups are of the same length.
    is_row: bool,
    is_international: bool,
    /// Between its groups are signs that otherwise stand between numbers: `/`, commas, `_`.
    is_list: bool,
    /// It goes on after other digits with the sign that is between its own groups: part of a longer code.
    is_part: bool,
    /// The check of an identity number is 10, and a 0 stands for it in `value`.
    ends_in_x: bool,
}

impl Number {
    fn push(&mut self, digit: u64) {
        self.value = self.value * 10 + digit;
        self.length += 1;
    }

    fn close_group(&mut self, length: u32) {
        if self.groups == 0 {
            self.first = length;
        } else {
            self.rest = self.rest << 4 | length;
        }
        self.groups += 1;
        self.is_row = self.groups > 1 && !self.is_international && self.form() >> 4 == self.rest;
        // The (0) of +44 (0)20 is not dialled from abroad.
        if self.is_international && length == 1 && self.value.is_multiple_of(10) {
            self.value /= 10;
            self.length -= 1;
        }
    }

    /// The lengths of all groups, four bits each.
    fn form(&self) -> u32 {
        self.first << (4 * (self.groups - 1)) | self.rest
    }

    /// The two digits that end at this place, the first digit alone at the first.
    fn pair(&self, place: u32) -> u32 {
        let mut front = self.value;
        for _ in place..self.length {
            front /= 10;
        }
        (front % 100) as u32
    }

    fn kind(&self) -> Option<&'static str> {
        // From the last digit to the first: those that occur, the sum of Luhn (ISO/IEC 7812), and that of
        // GB 11643-1999, where each place counts twice the one after it, modulo 11.
        let (mut seen, mut luhn, mut sum) = (0_u32, 0, if self.ends_in_x { 10 } else { 0 });
        let (mut left, mut weight) = (self.value, 1);
        for place in 0..self.length {
            let digit = (left % 10) as u32;
            left /= 10;
            seen |= 1 << digit;
            let counted = digit << (place & 1);
            luhn += if counted > 9 { counted - 9 } else { counted };
            sum += digit * weight;
            weight = weight * 2 % 11;
        }
        let different = seen.count_ones();
        // +99999999, +100000000 and 6666 6666 are exclamations.
        let is_cry = different < 3;
        let is_phone = if self.is_international {
            !(is_cry || self.is_list) && self.has_country_code()
        } else {
            self.is_national(is_cry)
        };
        if is_phone {
            Some(PHONE)
        } else if self.is_identity(sum % 11 == 1) {
            Some(IDENTITY)
        } else {
            (luhn % 10 == 0 && different > 1 && self.is_card()).then_some(CARD)
        }
    }

    /// E.164: country and number together have at most 15 digits, in North America, Russia and Kazakhstan 11. Written
    /// in groups 13 is the most in use, so that what follows is not swallowed.
    fn has_country_code(&self) -> bool {
        let most = match self.pair(1) {
            0 => 0,
            1 | 7 => 11,
            _ if self.groups == 1 => 15,
            _ => 13,
        };
        (8..=most).contains(&self.length)
    }

    /// A number in one of the [`FORMS`], or a mobile number of China with 86 or 0086 in front.
    fn is_national(&self, is_cry: bool) -> bool {
        let begin = self.pair(2);
        let is_after_zero = begin < 10;
        let form = if is_after_zero { self.rest } else { self.form() & 0xFFFF };
        // What of other countries' numbers is more likely a list, a price (5000-6000, 650.000.000) or 400-820-8820.
        let is_foreign = !(self.is_part || is_cry)
            && if is_after_zero {
                (9 + u32::from(self.groups == 1)..13).contains(&self.length) && !(self.is_list && self.is_row)
            } else {
                !self.is_list && !self.value.is_multiple_of(100) && self.pair(3) != 0
            };
        matches!(self.value / 1_000_000_000, 8613..=8619)
            || FORMS.iter().any(|&(groups, from, to)| {
                u32::from(groups) == form
                    && (u32::from(from)..=u32::from(to)).contains(&begin)
                    && (from == CHINA || is_foreign)
            })
    }

    /// A resident identity number: 18 places with a check, or 15 of the time before it, beginning with a province.
    fn is_identity(&self, is_checked: bool) -> bool {
        let date = match self.length {
            18 if is_checked && matches!(self.pair(8), 19 | 20) => 8,
            15 if matches!(self.pair(1), 1..=6)
                && self.pair(2) % 10 < 8
                && matches!(self.first, 3 | 6 | 15)
                && !self.is_list =>
            {
                6
            }
            _ => return false,
        };
        matches!(self.pair(date + 4), 1..=12) && matches!(self.pair(date + 6), 1..=31)
    }

    /// What a payment card has besides the check digit, which one number in ten has by chance: banks' cards do not
    /// begin with 0, 1 or 7; 20 begins what is made of a date; of 13 digits there were only Visa's, beginning with 4,
    /// while bar codes have 13.
    fn is_card(&self) -> bool {
        let begin = self.pair(1);
        self.length > 12
            && !self.ends_in_x
            && !self.is_list
            && begin > 1
            && begin != 7
            && self.pair(2) != 20
            && (self.length > 13 || begin == 4)
            && match self.first {
                4 => self.rest & 0xFF0 == 0x440 && self.rest & 15 < 5 || self.rest == 0x65,
                6 => self.groups == 2,
                _ => self.groups == 1,
            }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(mask(text), expected, "{text}");
    }

    fn check_all(mark: &str, numbers: &[&str]) {
        for number in numbers {
            check(number, mark);
            check(&format!("请回电{number}，谢谢"), &format!("请回电{mark}，谢谢"));
            check(&format!("({number})"), &format!("({mark})"));
            check(&format!("call {number} today"), &format!("call {mark} today"));
            check(&format!("{number}、{number}。"), &format!("{mark}、{mark}。"));
        }
    }

    #[test]
    fn masks_mobile_numbers_of_china() {
        check_all(
            PHONE,
            &[
                "13800138000",
                "138 0013 8000",
                "138-0013-8000",
                "138.0013.8000",
                "138 00138000",
                "13800 138000",
                "1380013 8000",
                "18888888888",
                "19912345678",
                "8613800138000",
                "86 138 0013 8000",
                "86-13800138000",
                "008613800138000",
                "0086 138 0013 8000",
                "+8613800138000",
                "+86 13800138000",
                "+86-138-0013-8000",
                "(+86)13800138000",
                "(+86) 138 0013 8000",
                "+(86)13800138000",
                "１３８００１３８０００",
                "１３８－００１３－８０００",
                "＋８６　１３８００１３８０００",
                "138—0013—8000",
                "138\u{200B}0013\u{A0}8000",
                "1\u{200B}3\u{200C}8\u{200D}0\u{2060}0\u{FEFF}1\u{AD}3\u{200E}8\u{200F}000",
                "+86\u{200B}138\u{AD}\u{AD}00138000",
                "138/0013/8000",
                "138·0013·8000",
                "138，0013，8000",
                "138、0013、8000",
                "138_0013_8000",
                "138,0013,8000",
                "138, 0013, 8000",
                "138•0013・8000",
                "86/138/0013/8000",
            ],
        );
        for before in [
            "电话",
            "手机:",
            "tel",
            "tel:",
            "Tel.",
            "TEL：",
            "Phone",
            "mobile",
            "Telefon",
            "weixin",
            "WhatsApp",
            "WeChat ",
            "wechat",
            "wx",
            "微信vx",
            "v",
            "V：",
            "尾号不是",
            "《",
            "5+",
            "\u{200B}",
            "id",
        ] {
            check(&format!("{before}13800138000"), &format!("{before}{PHONE}"));
        }
        check("13800138000 13912345678", "[☎▇▇▇] [☎▇▇▇]");
        check("13800138000/13912345678", "[☎▇▇▇]/[☎▇▇▇]");
        check("2023-11-23 13:20:00 13800138000 2人", "2023-11-23 13:20:00 [☎▇▇▇] 2人");
    }

    #[test]
    fn masks_landlines_with_their_area_code() {
        check_all(
            PHONE,
            &[
                "010-62345678",
                "010 6234 5678",
                "01062345678",
                "(010)62345678",
                "（０１０）６２３４５６７８",
                "(0755) 8345 6789",
                "0755-83456789",
                "0371 6234567",
                "021—5888 6666",
                "075583456789",
                "+86 10 6234 5678",
                "+86 (0)755-83456789",
            ],
        );
        check("010-62345678-801", "[☎▇▇▇]-801");
        check("（区号010）", "（区号010）");
        check("86-0755-83456789", "86-[☎▇▇▇]");
    }

    #[test]
    fn masks_numbers_as_other_countries_write_them_at_home() {
        check_all(
            PHONE,
            &[
                // Taiwan, Hong Kong, Japan, South Korea.
                "0912-345-678",
                "0912345678",
                "02-2345-6789",
                "(02) 2345-6789",
                "9123 4567",
                "6123-4567",
                "５６１２　３４５６",
                "03-1234-5678",
                "090-1234-5678",
                "0463-12-3456",
                "09012345678",
                "010-1234-5678",
                "090/1234/5678",
                // North America.
                "(555) 123-4567",
                "555-123-4567",
                "555.123.4567",
                "1-555-123-4567",
                "1 (555) 123-4567",
                // Britain, France, Germany, Switzerland, Spain.
                "020 7946 0958",
                "07911 123456",
                "02012345678",
                "01 23 45 67 89",
                "06.12.34.56.78",
                "030 123456",
                "0171 2345678",
                "0171/2345678",
                "079 123 45 67",
                "612 345 678",
                // Brazil, Russia.
                "(11) 91234-5678",
                "21 91234-5678",
                "8 (912) 345-67-89",
                "8 912 345 67 89",
                "8-912-345-67-89",
                // Thailand, Vietnam, Indonesia, Saudi Arabia.
                "081-234-5678",
                "02-123-4567",
                "0912 345 678",
                "0812-3456-7890",
                "081234567890",
                "050 123 4567",
                "055-123-4567",
                "٠٥٠ ١٢٣ ٤٥٦٧",
            ],
        );
        check("9123 4567, 5 people", "[☎▇▇▇], 5 people");
        check("01 23 45 67 89, 10 h", "[☎▇▇▇], 10 h");
        check("10:30 0912-345-678", "10:30 [☎▇▇▇]");
        check("tel0912345678", "tel[☎▇▇▇]");
        check("0912-345-678/0922-345-678", "[☎▇▇▇]/[☎▇▇▇]");
    }

    #[test]
    fn masks_international_numbers() {
        check_all(
            PHONE,
            &[
                "+1 415 555 2671",
                "+1 (415) 555-2671",
                "+1-415-555-2671",
                "+14155552671",
                "+44 20 7946 0958",
                "+44 (0)20 7946 0958",
                "+447911123456",
                "+33 6 12 34 56 78",
                "+49 1512 3456789",
                "+81-90-1234-5678",
                "+852 9123 4567",
                "+65 9123 4567",
                "+7 912 345-67-89",
                "+971 50 123 4567",
                "+55 11 91234-5678",
                "+298 201234",
                "+٤٤ ٢٠ ٧٩٤٦ ٠٩٥٨",
            ],
        );
    }

    #[test]
    fn masks_resident_identity_numbers() {
        check_all(
            IDENTITY,
            &[
                "11010519491231002X",
                "11010519491231002x",
                "440308200002291231",
                "510102198711054318",
                "１１０１０５１９４９１２３１００２Ｘ",
                "110105 19491231 002X",
                "110105-1949-1231-002X",
                "510 102 1987 1105 4318",
                "1101 0519 4912 31002X",
                "1101 0519 4912 3100 2X",
                "1101-0519-4912-31002X",
                "110105/19491231/002X",
                "11010519491231002 X",
                "4403 0820 0002 2912 31",
                "510 10219871105 4318",
                "11010\u{200B}519491231002X",
                "110105491231002",
                "320311770706001",
            ],
        );
        for before in ["身份证ID", "sfz", "SFZ:"] {
            check(&format!("{before}11010519491231002X"), &format!("{before}{IDENTITY}"));
        }
    }

    #[test]
    fn masks_bank_cards() {
        check_all(
            CARD,
            &[
                "4111111111111111",
                "4111 1111 1111 1111",
                "4111-1111-1111-1111",
                "5500000000000004",
                "6222021234567890128",
                "6222 0212 3456 7890 128",
                "622202 1234567890128",
                "622848004025648907",
                "6225880123456783",
                "9558800200112345679",
                "378282246310005",
                "3782 822463 10005",
                "4222222222222",
                "６２２２０２１２３４５６７８９０１２８",
            ],
        );
    }

    #[test]
    fn leaves_what_only_looks_like_a_number_of_somebody() {
        for text in [
            // Times, dates, periods, versions, addresses of machines.
            "2026-11-23 13:20:15",
            "2026.11.23，2008/02/29 -2008/08/30",
            "20261123132015",
            "2007-5-14入住",
            "09:30-17:45",
            "1795398067120",
            "v1.13.800138",
            "版本 2.16.840.1.113883",
            "192.168.100.100",
            // Prices, quantities, rooms, short numbers.
            "200--220元，530－550左右",
            "1,380,013,800元",
            "13800138.00元",
            "房间 1607 1107 1408",
            "12306、95588、110、400-820-8820、10086",
            "等了 138 分钟，排在 0013 号",
            "A017 B1380013",
            "888888888888888888888888",
            "8888 8888 8888 8888",
            "+1 +10086 +99999999 +100000000",
            "100+20000000",
            // As long as a telephone number, with a beginning that none has.
            "12345678901",
            "11013800138",
            "10013800138",
            "00012345678",
            "订单号 23800138000",
            // As long as one, and grouped like one, of another country.
            "01-02-2024",
            "01/02/2024, 10:30",
            "01.02.2024 - 03.04.2024",
            "05.06.2024 08.00-12.00",
            "2024-01-02-2024-01-05",
            "08.00-12.00 14.00-18.00",
            "0900-1200 1300-1800",
            "08-12 13-17 18-20",
            "9-12 13-17",
            "2023-2024，2019 2020",
            "5000-6000元，6500-8500",
            "1,000,000 1,234,567,890 612,345,678",
            "1 234 567；12.500.000 đ；650.000.000 đ",
            "200-300-1000",
            "5607、5608号房",
            "房间 5607 6107 5408",
            "650 720 880 950",
            "01、02、03、04、05号窗口",
            "08 09 10 11 12 13",
            "10, 20, 30, 40; 138, 139, 140; 612, 613, 614",
            "380/580/1280元",
            "10/10，3/4",
            "0042，T-003-118，A0123",
            "800-820-8820",
            "6666-6666！",
            "66.102.7.99 192.168.1.1 8.8.8.8",
            "978-7-111-12345-6",
            "978 7 111 12345 6",
            "0-306-40615-2",
            // Within longer codes.
            "2024-0315-00123",
            "HT-24-06-2024-0123",
            "SF13800138000",
            "13800138000A",
            "JD0013800138000123",
            "9138001380009",
            "x_13800138000",
            "1380013800013912345678",
            // The check digit is wrong, the date is none, or the number is a date's.
            "110105194912310021",
            "110105194913310020",
            "110105991331002",
            "990105491231002",
            "4111111111111112",
            "4111 1111 1111 1112",
            "2023112300012343",
            "1700000000004",
            "6901234567892",
            // An @ that is no address.
            "@_@ !@$%# &*@#@*....(",
            "10800AT&T对方",
            "@小王 谢谢",
            "me@home",
            "3@1.5元",
            "a@b.c",
            "lunch @ 12.30",
            "@example.com",
            "服务@行.好",
            "",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn masks_addresses() {
        check_all(
            EMAIL,
            &[
                "a@qq.com",
                "12345678@qq.com",
                "13800138000@163.com",
                "zhang.san+kiosk@mail.example.com.cn",
                "ＣＨＵＮＬＩＮＧ２１９＠ＳＯＨＵ．ＣＯＭ",
                "josé_99@exämple.fr",
                "имя@пример.рф",
                "O-Brien%x@sub-domain.example.museum",
            ],
        );
        check("邮箱abc@qq.com联系", "邮箱[✉▇▇▇]联系");
        check("Write to me@example.com. Thanks", "Write to [✉▇▇▇]. Thanks");
        check("<me@example.com>;you@example.org", "<[✉▇▇▇]>;[✉▇▇▇]");
    }
    #[test]
    fn changes_one_of_three_thousand_real_remarks_and_rightly() {
        let remarks = include_str!("../../../tests/data/comments.zh.jsonl");
        let mut changed = Vec::new();
        for line in remarks.lines() {
            let remark: serde_json::Value = serde_json::from_str(line).unwrap();
            let comment = remark["comment"].as_str().unwrap();
            if mask(comment) != comment {
                changed.push((mask(comment), comment.to_owned()));
            }
        }
        // One customer in 3,000 left an address, in full-width letters and with a dot of the sentence in front.
        let [(masked, comment)] = &changed[..] else { panic!("{changed:#?}") };
        let begun = masked.strip_suffix(EMAIL).unwrap();
        assert_eq!(comment.strip_prefix(begun), Some("．ＣＨＵＮＬＩＮＧ２１９＠ＳＯＨＵ．ＣＯＭ"));
    }

    #[test]
    fn takes_a_time_that_grows_with_the_length_and_no_faster() {
        for (row, end) in [
            ("1 ", ""),
            ("1", ""),
            ("a.", ""),
            ("@", ""),
            ("a@", ""),
            ("a@b.", ""),
            ("13800138000 ", ""),
            ("+", ""),
            ("(", ""),
            ("+1", ""),
            ("x", ""),
            ("tel", ""),
            ("138-", ""),
            ("0.a-", ""),
            ("9123 ", ""),
            ("01,", ""),
            ("1\u{200B}", ""),
            ("\u{200B}", "a"),
            ("\u{200B}", "1"),
        ] {
            let text = row.repeat(50_000) + &end.repeat(50_000);
            let begun = std::time::Instant::now();
            mask(&text);
            assert!(begun.elapsed().as_secs() < 20, "{row:?} took {:?}", begun.elapsed());
        }
    }

    #[test]
    fn keeps_what_has_no_width_where_nothing_is_masked() {
        for text in ["می\u{200C}خواهم", "👩\u{200D}👧 5\u{200D}", "\u{FEFF}好\u{AD}", "1\u{200B}2\u{200B}"]
        {
            check(text, text);
        }
        check("a\u{200B}b@example.com\u{200B}", "[✉▇▇▇]\u{200B}");
    }

    proptest! {
        #[test]
        fn masks_nothing_twice(text in "[0-9xX+@.() -]{0,40}|.{0,40}|([a-z0-9@.]{1,9}|1[0-9]{10}|[ ,:]){0,9}|(([0-9]{4}|[0-9]{2,3}|0[0-9]{7})[ ./-]){0,9}") {
            let once = mask(&text);
            prop_assert_eq!(mask(&once), once);
        }

        #[test]
        fn leaves_text_without_long_numbers_and_addresses(text in "([^0-9\\p{Nd}@＠]|[0-9]{1,5}[年月日元楼:：]|[0-9]{1,2}[,，/])*") {
            prop_assert_eq!(mask(&text), text);
        }

        #[test]
        fn finds_a_number_whatever_stands_between_its_digits(
            n in 0_u64..100_000_000, sign in "[ ./,，、·_-]", unseen in "[\u{200B}-\u{200D}\u{2060}\u{FEFF}\u{AD}]{0,2}",
        ) {
            let digits = format!("139{n:08}");
            let grouped = format!("{}{sign}{}{sign}{}", &digits[..3], &digits[3..7], &digits[7..]);
            let split: String = grouped.chars().flat_map(|letter| [letter.to_string(), unseen.clone()]).collect();
            prop_assert_eq!(mask(&split), format!("{PHONE}{unseen}"));
        }

        #[test]
        fn finds_a_number_in_any_chinese_sentence(before in "\\p{Han}{0,9}", after in "\\p{Han}{0,9}", n in 0_u64..100_000_000) {
            let number = format!("139{n:08}");
            prop_assert_eq!(mask(&format!("{before}{number}{after}")), format!("{before}{PHONE}{after}"));
        }
    }
}
