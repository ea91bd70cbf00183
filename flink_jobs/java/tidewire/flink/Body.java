package tidewire.flink;

import org.apache.flink.avro.shaded.org.apache.avro.Schema;

/**
 * Walks over an Avro body as its writer's schema says, before anything is allocated for it.
 *
 * <p>Avro's decoder takes a length at its word: five bytes can ask for two gigabytes. Here every length is
 * held against the bytes that are left, every number of items against a bound, every string must be UTF-8,
 * and nothing may be left over. After that, decoding can ask for no more than the record's own size.
 * Linear in the bytes.
 */
final class Body {
    /** Items of all arrays and maps of one record; some kinds of item take no bytes at all. */
    static final int MOST_ITEMS = 10_000;
    /** A schema that names itself can nest as deep as the bytes go; the stack cannot. */
    static final int MOST_DEPTH = 64;

    private final byte[] bytes;
    private int at;
    private int items;

    private Body(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    static void check(byte[] bytes, int from, Schema writer) throws Undecodable {
        Body body = new Body(bytes, from);
        body.value(writer, 0);
        if (body.at != bytes.length) {
            throw new Undecodable((bytes.length - body.at) + " bytes are left over");
        }
    }

    private void value(Schema schema, int depth) throws Undecodable {
        if (depth > MOST_DEPTH) {
            throw new Undecodable("nested more than " + MOST_DEPTH + " deep");
        }
        switch (schema.getType()) {
            case NULL -> { }
            case BOOLEAN -> skip(1);
            case INT -> number(5);
            case LONG -> number(10);
            case FLOAT -> skip(4);
            case DOUBLE -> skip(8);
            case FIXED -> skip(schema.getFixedSize());
            case BYTES -> skip(number(10));
            case STRING -> string();
            case ENUM -> index(schema.getEnumSymbols().size(), "a symbol");
            case UNION -> value(schema.getTypes().get(index(schema.getTypes().size(), "a branch")), depth + 1);
            case ARRAY -> blocks(schema.getElementType(), false, depth + 1);
            case MAP -> blocks(schema.getValueType(), true, depth + 1);
            case RECORD -> {
                for (Schema.Field field : schema.getFields()) {
                    value(field.schema(), depth + 1);
                }
            }
        }
    }

    private void blocks(Schema each, boolean keyed, int depth) throws Undecodable {
        for (long count = number(10); count != 0; count = number(10)) {
            if (count < 0) {
                // The block's size in bytes follows; nothing here needs it.
                count = -count;
                number(10);
            }
            if (count < 0 || count > MOST_ITEMS - items) {
                throw new Undecodable("more than " + MOST_ITEMS + " items");
            }
            items += (int) count;
            for (long done = 0; done < count; done++) {
                if (keyed) {
                    string();
                }
                value(each, depth);
            }
        }
    }

    private int index(int size, String what) throws Undecodable {
        long found = number(5);
        if (found < 0 || found >= size) {
            throw new Undecodable(what + " numbered " + found + " of " + size);
        }
        return (int) found;
    }

    private void string() throws Undecodable {
        int from = at;
        skip(number(10));
        // The length is a number before the text.
        while (bytes[from] < 0) {
            from++;
        }
        if (!Utf8.valid(bytes, from + 1, at)) {
            throw new Undecodable("a string that is no UTF-8");
        }
    }

    private void skip(long length) throws Undecodable {
        if (length < 0 || length > bytes.length - at) {
            throw new Undecodable("a length of " + length + " with " + (bytes.length - at) + " bytes left");
        }
        at += (int) length;
    }

    /** A zigzag number of at most so many bytes. */
    private long number(int most) throws Undecodable {
        long raw = 0;
        for (int read = 0; read < most; read++) {
            if (at == bytes.length) {
                throw new Undecodable("it ends in the middle of a value");
            }
            byte next = bytes[at++];
            raw |= (long) (next & 0x7f) << (7 * read);
            if (next >= 0) {
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        throw new Undecodable("a number of more than " + most + " bytes");
    }
}
