package tidewire.flink;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.DataTypeUtils;

/**
 * The columns that a table may ask for beside its own: {@code value.error}, {@code value.undecodable}, and
 * {@code value.whole}, whether those are all of the bytes. All three are null for what could be decoded.
 */
final class TolerantAvroFormat implements DecodingFormat<DeserializationSchema<RowData>> {
    static final String ERROR = "error";
    static final String UNDECODABLE = "undecodable";
    static final String WHOLE = "whole";

    private final TolerantAvroSchema.Settings settings;
    private List<String> metadata = List.of();

    TolerantAvroFormat(TolerantAvroSchema.Settings settings) {
        this.settings = settings;
    }

    @Override
    public DeserializationSchema<RowData> createRuntimeDecoder(
            DynamicTableSource.Context context, DataType physical) {
        List<String> columns = ((RowType) physical.getLogicalType()).getFieldNames();
        List<String> fields = new Schema.Parser().parse(settings.schema()).getFields().stream()
            .map(Schema.Field::name).toList();
        if (!columns.equals(fields)) {
            throw new ValidationException("the table has the columns " + columns + ", the schema " + fields);
        }
        Map<String, DataType> known = listReadableMetadata();
        DataType produced = DataTypeUtils.appendRowFields(
            physical, metadata.stream().map(name -> DataTypes.FIELD(name, known.get(name))).toList());
        TypeInformation<RowData> type = context.createTypeInformation(produced);
        return new TolerantAvroSchema(settings, (RowType) physical.getLogicalType(), metadata, type);
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        Map<String, DataType> known = new LinkedHashMap<>();
        known.put(ERROR, DataTypes.STRING().nullable());
        known.put(UNDECODABLE, DataTypes.BYTES().nullable());
        known.put(WHOLE, DataTypes.BOOLEAN().nullable());
        return known;
    }

    @Override
    public void applyReadableMetadata(List<String> keys) {
        metadata = List.copyOf(keys);
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }
}
