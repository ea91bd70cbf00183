package tidewire.flink;

import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * TRUE, or the end of the job when there is a reason for it: from Python no exception can say that a restart
 * would not help.
 */
public final class StopOnFlood extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    public Boolean eval(String reason) {
        if (reason != null) {
            throw new SuppressRestartsException(new IllegalStateException(FloodGuard.FLOOD + reason));
        }
        return true;
    }

    @Override
    public boolean isDeterministic() {
        return false;
    }
}
