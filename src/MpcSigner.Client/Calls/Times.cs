namespace MpcSigner.Client.Calls;

/// <summary>Times as nodes send them: for people, so a wrong one is cut into the calendar instead of failing the answer.</summary>
internal static class Times
{
    public static DateTimeOffset Read(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Clamp(unixMilliseconds, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
