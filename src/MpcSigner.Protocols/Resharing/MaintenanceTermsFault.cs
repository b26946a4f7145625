namespace MpcSigner.Protocols.Resharing;

/// <summary>What is wrong with an order of refresh, reshare or recovery.</summary>
public enum MaintenanceTermsFault
{
    NoSuite = 1,

    /// <summary>t outside 2..n, or t′ outside 2..n′.</summary>
    BadThreshold = 2,

    /// <summary>n or n′ outside 2..16, pids not ascending and distinct, or a node twice.</summary>
    BadParties = 3,

    /// <summary>N outside 1..1,000, or key ids not ascending and distinct.</summary>
    BadKeys = 4,

    /// <summary>Attempts count from 1.</summary>
    BadAttempt = 5,

    /// <summary>No generation comes after the largest.</summary>
    LastGeneration = 6,

    /// <summary>S is not exactly t of the present parties, ascending.</summary>
    BadDealers = 7,

    /// <summary>The recovered party is none of the present ones, or one of its own helpers.</summary>
    BadRecovered = 8,

    /// <summary>A pid in both lists is another node, or a node in both has another pid.</summary>
    PartyChangesNumber = 9,

    /// <summary>t′ &lt; t and the order does not say so, or says so wrongly.</summary>
    LoweringNotNamed = 10,

    /// <summary>So many records of so many parties do not fit the message of round 1: fewer keys are needed.</summary>
    TooLarge = 11,
}
