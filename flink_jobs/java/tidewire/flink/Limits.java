package tidewire.flink;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.avro.shaded.org.apache.avro.generic.IndexedRecord;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;

/**
 * How much the fields of a record may hold: strings in characters (code points), lists also in items.
 *
 * <p>Written as {@code title=1000,authors=20*200}. Times ({@code timestamp-millis}) lie in the years 1 to
 * 9999, whatever is said: no calendar in use downstream knows others.
 */
final class Limits implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final long FIRST_MS = -62_135_596_800_000L;
    private static final long LAST_MS = 253_402_300_799_999L;

    private record Limit(int items, int characters) implements Serializable { }

    private final Map<String, Limit> byField = new HashMap<>();

    static Limits parse(String said) {
        Limits limits = new Limits();
        for (String each : said.isEmpty() ? new String[0] : said.split(",")) {
            String[] parts = each.split("[=*]");
            int items = parts.length == 3 ? Integer.parseInt(parts[1]) : 1;
            limits.byField.put(parts[0], new Limit(items, Integer.parseInt(parts[parts.length - 1])));
        }
        return limits;
    }

    void check(IndexedRecord record) throws Undecodable {
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            if (value instanceof Long number && isTime(field.schema()) && (number < FIRST_MS || number > LAST_MS)) {
                throw new Undecodable(field.name() + " is " + number + ", no time in the years 1 to 9999");
            }
            Limit limit = byField.get(field.name());
            if (limit == null) {
                continue;
            }
            if (value instanceof Collection<?> several) {
                if (several.size() > limit.items) {
                    throw new Undecodable(field.name() + " has " + several.size() + " items, at most "
                        + limit.items + " may be");
                }
                for (Object each : several) {
                    characters(field.name(), each, limit.characters);
                }
            } else {
                characters(field.name(), value, limit.characters);
            }
        }
    }

    private static void characters(String field, Object value, int most) throws Undecodable {
        if (!(value instanceof CharSequence text) || text.length() <= most) {
            return;
        }
        String string = text.toString();
        int said = string.codePointCount(0, string.length());
        if (said > most) {
            throw new Undecodable(field + " has " + said + " characters, at most " + most + " may be");
        }
    }

    private static boolean isTime(Schema schema) {
        if (schema.isUnion()) {
            return schema.getTypes().stream().anyMatch(Limits::isTime);
        }
        return schema.getLogicalType() != null && schema.getLogicalType().getName().startsWith("timestamp-millis");
    }
}
