package tidewire.flink;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.BinaryDecoder;
import org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory;
import org.apache.flink.formats.avro.AvroToRowDataConverters;
import org.apache.flink.formats.avro.AvroToRowDataConverters.AvroToRowDataConverter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;

/**
 * Confluent's wire format (zero, schema id, Avro) to rows; what cannot be decoded is a row too.
 *
 * <p>That row holds a default in every column, and in the metadata columns why, and the bytes. A registry
 * that cannot be asked raises instead: it is no fault of a record, and comes back.
 */
final class TolerantAvroSchema implements DeserializationSchema<RowData> {
    private static final long serialVersionUID = 1L;
    private static final int HEADER = 5;

    private final String schema;
    private final String url;
    private final String subject;
    private final Map<String, ?> options;
    private final Limits limits;
    private final int mostBytes;
    private final int keptBytes;
    private final int mostFailures;
    private final RowType physical;
    private final List<String> metadata;
    private final TypeInformation<RowData> produced;
    private final AvroToRowDataConverter converter;

    private transient Schema reader;
    private transient Writers writers;
    private transient GenericDatumReader<GenericRecord> datum;
    private transient Schema datumWriter;
    private transient BinaryDecoder decoder;
    private transient FloodGuard guard;
    private transient Counter undecodable;

    TolerantAvroSchema(
            Settings settings, RowType physical, List<String> metadata, TypeInformation<RowData> produced) {
        this.schema = settings.schema();
        this.url = settings.url();
        this.subject = settings.subject();
        this.options = settings.options();
        this.limits = Limits.parse(settings.limits());
        this.mostBytes = settings.mostBytes();
        this.keptBytes = settings.keptBytes();
        this.mostFailures = settings.mostFailures();
        this.physical = physical;
        this.metadata = metadata;
        this.produced = produced;
        this.converter = AvroToRowDataConverters.createRowConverter(physical);
    }

    /** What the table's options say. */
    record Settings(String schema, String url, String subject, Map<String, ?> options, String limits,
            int mostBytes, int keptBytes, int mostFailures) { }

    @Override
    public void open(InitializationContext context) {
        reader = new Schema.Parser().parse(schema);
        writers = new Writers(url, options, subject, reader);
        guard = new FloodGuard(mostFailures);
        undecodable = context.getMetricGroup().counter("undecodable");
    }

    @Override
    public void deserialize(byte[] message, Collector<RowData> out) throws IOException {
        GenericRowData row;
        try {
            row = decoded(message);
            guard.passed();
        } catch (Undecodable error) {
            undecodable.inc();
            guard.failed(error.getMessage());
            row = failed(message, error.getMessage());
        }
        out.collect(row);
    }

    @Override
    public RowData deserialize(byte[] message) {
        throw new UnsupportedOperationException("one row a record is collected");
    }

    @Override
    public boolean isEndOfStream(RowData row) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return produced;
    }

    private GenericRowData decoded(byte[] message) throws IOException, Undecodable {
        if (message == null) {
            throw new Undecodable("there is no value");
        }
        if (message.length > mostBytes) {
            throw new Undecodable(message.length + " bytes, at most " + mostBytes + " may be");
        }
        if (message.length < HEADER || message[0] != 0) {
            throw new Undecodable("no schema header in " + message.length + " bytes");
        }
        int id = (message[1] & 0xff) << 24 | (message[2] & 0xff) << 16 | (message[3] & 0xff) << 8 | message[4] & 0xff;
        Schema writer = writers.of(id);
        Body.check(message, HEADER, writer);
        GenericRecord record;
        Object[] fields;
        try {
            decoder = DecoderFactory.get().binaryDecoder(message, HEADER, message.length - HEADER, decoder);
            record = reading(writer).read(null, decoder);
            limits.check(record);
            RowData row = (RowData) converter.convert(record);
            fields = new Object[physical.getFieldCount() + metadata.size()];
            for (int place = 0; place < physical.getFieldCount(); place++) {
                fields[place] = ((GenericRowData) row).getField(place);
            }
        } catch (RuntimeException error) {
            // Avro raises whatever the garbage leads it to; nothing in here asks the registry.
            throw new Undecodable("under schema " + id + ": " + error);
        }
        return GenericRowData.of(fields);
    }

    private GenericDatumReader<GenericRecord> reading(Schema writer) {
        // Nearly all records have one writer's schema; resolving it anew for each would cost the most of all.
        if (datumWriter != writer) {
            datum = new GenericDatumReader<>(writer, reader);
            datumWriter = writer;
        }
        return datum;
    }

    private GenericRowData failed(byte[] message, String why) {
        GenericRowData row = new GenericRowData(physical.getFieldCount() + metadata.size());
        for (int place = 0; place < physical.getFieldCount(); place++) {
            row.setField(place, valueless(physical.getTypeAt(place)));
        }
        for (int place = 0; place < metadata.size(); place++) {
            row.setField(physical.getFieldCount() + place, switch (metadata.get(place)) {
                case TolerantAvroFormat.ERROR -> StringData.fromString(why);
                case TolerantAvroFormat.WHOLE -> message != null && message.length <= keptBytes;
                default -> kept(message);
            });
        }
        return row;
    }

    private byte[] kept(byte[] message) {
        return message == null || message.length <= keptBytes ? message : Arrays.copyOf(message, keptBytes);
    }

    private static Object valueless(LogicalType type) {
        if (type.isNullable()) {
            return null;
        }
        return switch (type.getTypeRoot()) {
            case CHAR, VARCHAR -> StringData.fromString("");
            case INTEGER -> 0;
            case BIGINT -> 0L;
            case DOUBLE -> 0.0;
            case BOOLEAN -> false;
            case BINARY, VARBINARY -> new byte[0];
            case TIMESTAMP_WITHOUT_TIME_ZONE -> TimestampData.fromEpochMillis(0);
            case ARRAY -> new GenericArrayData(new Object[0]);
            default -> throw new IllegalStateException("no record has a column of type " + type);
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TolerantAvroSchema that
            && schema.equals(that.schema)
            && url.equals(that.url)
            && physical.equals(that.physical)
            && metadata.equals(that.metadata);
    }

    @Override
    public int hashCode() {
        return schema.hashCode() * 31 + metadata.hashCode();
    }
}
