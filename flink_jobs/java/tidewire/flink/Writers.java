package tidewire.flink;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.RestService;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;

/**
 * Schemas of writers by their ids, each asked for once.
 *
 * <p>An id that the registry does not know is a fault of the bytes, and is remembered too. Anything else that
 * goes wrong there is a fault of the registry: it is raised, and no record is blamed for it. So that a
 * registry that is another one, or was emptied, does not make every record a bad one, it is asked for the
 * schema of ours as well before a record is blamed.
 */
final class Writers {
    private static final int NOT_FOUND = 404;
    private static final int MOST_UNKNOWN = 1_000;

    private final RestService registry;
    private final String subject;
    private final Schema reader;
    private final Map<Integer, Schema> known = new HashMap<>();
    private final Map<Integer, Boolean> unknown = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
            return size() > MOST_UNKNOWN;
        }
    };

    Writers(String url, Map<String, ?> options, String subject, Schema reader) {
        this.registry = new RestService(url);
        this.registry.configure(options);
        this.subject = subject;
        this.reader = reader;
    }

    /** Raises IOException when the registry gives no answer, or not as ours would. */
    Schema of(int id) throws IOException, Undecodable {
        Schema found = known.get(id);
        if (found == null && id >= 0 && !unknown.containsKey(id)) {
            found = asked(id);
        }
        if (found == null) {
            throw new Undecodable("schema id " + Integer.toUnsignedString(id) + " is unknown to the registry");
        }
        if (!reader.getFullName().equals(nameOf(found))) {
            throw new Undecodable("schema id " + id + " is of a " + nameOf(found) + ", not of a "
                + reader.getFullName());
        }
        return found;
    }

    private Schema asked(int id) throws IOException {
        String text;
        try {
            text = registry.getId(id).getSchemaString();
        } catch (RestClientException error) {
            if (error.getStatus() != NOT_FOUND) {
                throw new IOException("the registry was asked for schema id " + id + " and failed", error);
            }
            isOurs();
            unknown.put(id, true);
            return null;
        }
        Schema found;
        try {
            found = new Schema.Parser().setValidateDefaults(false).parse(text);
        } catch (RuntimeException error) {
            // Another kind of schema (Protobuf, JSON): the registry answered, and it is none of Avro's.
            unknown.put(id, true);
            return null;
        }
        known.put(id, found);
        return found;
    }

    private void isOurs() throws IOException {
        try {
            registry.lookUpSubjectVersion(reader.toString(), subject);
        } catch (RestClientException error) {
            throw new IOException("the registry does not know the schema of " + subject
                + " either: it is not the one that this log was written with, or it lost what it held", error);
        }
    }

    private static String nameOf(Schema schema) {
        return schema.getType() == Schema.Type.RECORD ? schema.getFullName() : schema.getType().getName();
    }
}
