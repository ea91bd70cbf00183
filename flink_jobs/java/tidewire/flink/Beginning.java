package tidewire.flink;

import java.util.Arrays;
import org.apache.flink.table.functions.ScalarFunction;

/** The first so many bytes; all of them when there are no more. */
public final class Beginning extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    public byte[] eval(byte[] bytes, Integer most) {
        return bytes == null || bytes.length <= most ? bytes : Arrays.copyOf(bytes, most);
    }
}
