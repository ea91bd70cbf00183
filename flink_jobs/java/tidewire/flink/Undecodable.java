package tidewire.flink;

/** Bytes that are no record of the expected type; the message says why. No fault of the registry. */
final class Undecodable extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MOST_CHARACTERS = 500;

    Undecodable(String message) {
        // Thrown once a record at most, and nobody reads where: a stack trace would cost more than decoding.
        super(oneLine(message), null, false, false);
    }

    /** Of ASCII, for it may quote what the bytes said. */
    private static String oneLine(String message) {
        String cut = message.substring(0, Math.min(message.length(), MOST_CHARACTERS));
        return cut.replaceAll("[^ -~]+", " ");
    }
}
