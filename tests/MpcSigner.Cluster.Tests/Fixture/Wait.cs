namespace MpcSigner.Cluster.Tests.Fixture;

internal static class Wait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks again and again until the answer is yes.</summary>
    /// <exception cref="TimeoutException">It never was; <paramref name="what"/> says what was waited for.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> what)
    {
        var deadline = DateTime.UtcNow + limit;
        while (!await condition())
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException(what());
            await Task.Delay(Pause);
        }
    }
}
