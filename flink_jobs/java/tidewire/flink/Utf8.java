package tidewire.flink;

/** Whether bytes are UTF-8 as the Unicode Standard defines it: shortest forms, no surrogates (table 3-7). */
final class Utf8 {
    private Utf8() { }

    static boolean valid(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int lead = bytes[at++];
            if (lead >= 0) {
                continue;
            }
            lead &= 0xff;
            int more = lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2
                : lead >= 0xf0 && lead <= 0xf4 ? 3 : -1;
            if (more < 0 || to - at < more) {
                return false;
            }
            int second = bytes[at] & 0xff;
            int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (second < least || second > most) {
                return false;
            }
            for (int next = 1; next < more; next++) {
                if ((bytes[at + next] & 0xc0) != 0x80) {
                    return false;
                }
            }
            at += more;
        }
        return true;
    }
}
