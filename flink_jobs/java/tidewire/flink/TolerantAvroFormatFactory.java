package tidewire.flink;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.formats.avro.registry.confluent.AvroConfluentFormatOptions;
import org.apache.flink.formats.avro.registry.confluent.RegistryAvroFormatFactory;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;

/** {@code tolerant-avro-confluent}: as Flink's avro-confluent, but no record stops the job. */
public final class TolerantAvroFormatFactory implements DeserializationFormatFactory {
    public static final String IDENTIFIER = "tolerant-avro-confluent";
    static final ConfigOption<String> LIMITS =
        ConfigOptions.key("limits").stringType().defaultValue("")
            .withDescription("Most characters, and items, by field: title=1000,authors=20*200");
    static final ConfigOption<Integer> MOST_BYTES =
        ConfigOptions.key("most-bytes").intType().noDefaultValue().withDescription("Of a record");
    static final ConfigOption<Integer> KEPT_BYTES =
        ConfigOptions.key("kept-bytes").intType().noDefaultValue()
            .withDescription("Of what cannot be decoded");
    static final ConfigOption<Integer> FLOOD_FAILURES =
        ConfigOptions.key("flood-failures").intType().noDefaultValue()
            .withDescription("Of the last 1,000 records, from when on the job stops if half of them failed");

    private final RegistryAvroFormatFactory strict = new RegistryAvroFormatFactory();

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        Set<ConfigOption<?>> options = new HashSet<>(strict.requiredOptions());
        options.addAll(Set.of(AvroConfluentFormatOptions.SUBJECT, AvroConfluentFormatOptions.SCHEMA));
        options.addAll(Set.of(MOST_BYTES, KEPT_BYTES, FLOOD_FAILURES));
        return options;
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        Set<ConfigOption<?>> options = new HashSet<>(strict.optionalOptions());
        options.add(LIMITS);
        options.removeAll(requiredOptions());
        return options;
    }

    @Override
    public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        Map<String, ?> client = RegistryAvroFormatFactory.buildOptionalPropertiesMap(options);
        return new TolerantAvroFormat(new TolerantAvroSchema.Settings(
            options.get(AvroConfluentFormatOptions.SCHEMA),
            options.get(AvroConfluentFormatOptions.URL),
            options.get(AvroConfluentFormatOptions.SUBJECT),
            client == null ? Map.of() : client,
            options.get(LIMITS),
            options.get(MOST_BYTES),
            options.get(KEPT_BYTES),
            options.get(FLOOD_FAILURES)));
    }
}
