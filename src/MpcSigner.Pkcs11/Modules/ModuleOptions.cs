namespace MpcSigner.Pkcs11.Modules;

/// <summary>How a module is loaded.</summary>
public sealed record ModuleOptions
{
    /// <summary>Time for loading and <c>C_Initialize</c>.</summary>
    /// <value>Above zero; 30 s.</value>
    public TimeSpan InitializeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls that may be out without return before every call is refused.</summary>
    /// <value>1..1,024; 8.</value>
    public int MaxStalledCalls { get; init; } = 8;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(InitializeLimit, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStalledCalls, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxStalledCalls, 1_024);
    }
}

/// <summary>What a module says of itself.</summary>
/// <param name="Manufacturer">As the module gives it, without control characters.</param>
/// <param name="Library">Its description.</param>
/// <param name="LibraryVersion">For example 2.06.</param>
/// <param name="CryptokiVersion">Of its function list.</param>
/// <param name="HasInterfaces">It offers 3.x's <c>C_GetInterface</c>.</param>
public sealed record ModuleDescription(string Manufacturer, string Library, string LibraryVersion, string CryptokiVersion, bool HasInterfaces);
