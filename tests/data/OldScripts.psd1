# Ways of asking a license server, as public administrators' scripts have them, in words of our own. Script is run as it is; Expect
# gets what it returns and says whether that is right. Variables that scripts take from elsewhere: $server, $s, $name, $port, $url,
# $manager, $managerPort, $cert, $cred, $type, $path and $folder. Needs names a command without which a case is left out.
@{
    Loading = @(
        @{ Shape = 'adds the snap-in by name'
            Script = 'Add-PSSnapin Citrix.Licensing.Admin.V1; (Get-Command Get-LicInventory).Name'
            Expect = 'param($r) $r -eq "Get-LicInventory"' }
        @{ Shape = 'adds the snap-in by alias and pattern'
            Script = 'asnp Citrix*; (Get-PSSnapin -Name Citrix.Licensing.Admin.V1).Name'
            Expect = 'param($r) $r -eq "Citrix.Licensing.Admin.V1"' }
        @{ Shape = 'adds whatever fits a pattern and does not care'
            Script = 'Add-PSSnapin citrix* -ErrorAction SilentlyContinue; Add-PSSnapin vmware* -ErrorAction SilentlyContinue; "went on"'
            Expect = 'param($r) $r -eq "went on"' }
        @{ Shape = 'tries several snap-ins in a loop'
            Script = 'foreach ($snap in "Citrix.Licensing.Admin.V1", "Citrix.Broker.Admin.V2") { try { Add-PSSnapin -Name $snap -ErrorAction Stop; "has $snap" } catch { "lacks $snap" } }'
            Expect = 'param($r) "$r" -eq "has Citrix.Licensing.Admin.V1 lacks Citrix.Broker.Admin.V2"' }
        @{ Shape = 'adds the snap-in unless it is there'
            Script = 'if (-not (Get-PSSnapin -Name Citrix.Licensing.Admin.V1 -ErrorAction SilentlyContinue)) { Add-PSSnapin Citrix.Licensing.Admin.V1 }; (Get-PSSnapin -Name Citrix.Licensing.Admin.V1) -ne $null'
            Expect = 'param($r) $r' }
        @{ Shape = 'looks for registered snap-ins'
            Script = 'Get-PSSnapin -Registered | Where-Object { $_.Name -like "Citrix*" } | Select-Object Name, PSVersion, Description'
            Expect = 'param($r) $r.Name -eq "Citrix.Licensing.Admin.V1" -and $r.PSVersion -and $r.Description' }
        @{ Shape = 'imports a module of the name of the snap-in'
            Script = 'Import-Module Citrix.Licensing.Admin.V1 -ErrorAction Stop; (Get-Module Citrix.Licensing.Admin.V1).ExportedCommands.Keys'
            Expect = 'param($r) $r -contains "Get-LicInventory" -and $r -notcontains "Get-LicenseInventory"' }
        @{ Shape = 'looks for modules of that name'
            Script = 'Get-Module -ListAvailable -Name Citrix.Licensing*'
            Expect = 'param($r) $r.Name -contains "Citrix.Licensing.Admin.V1"' }
        @{ Shape = 'imports the DLL of the snap-in and catches that it is not there'
            Script = 'try { Import-Module "C:\Program Files\Licensing\Citrix.LicensingAdmin.PowerShellSnapIn.dll" -ErrorAction Stop; "loaded" } catch { "not loaded" }'
            Expect = 'param($r) $r -eq "not loaded"' }
    )
    Snapin = @(
        @{ Shape = 'puts the address together'
            Script = '$adminAddress = "https://" + $name + ":" + $port; (Get-LicServerInfo -AdminAddress $adminAddress).HostName'
            Expect = 'param($r) $r -eq "lic-test"' }
        @{ Shape = 'names host and port alone'
            Script = 'Get-LicInventory -AdminAddress "${name}:$port" -CertHash $cert.CertHash'
            Expect = 'param($r) @($r).Count -eq 3' }
        @{ Shape = 'finds the address and pipes it'
            Script = '$address = Get-LicLocation -LicenseServerAddress $manager -LicenseServerPort $managerPort -AddressType WSL; $address | Get-LicInventory -CertHash $cert.CertHash'
            Expect = 'param($r) @($r).Count -eq 3' }
        @{ Shape = 'shows the certificate'
            Script = '$c = (Get-LicCertificate -AdminAddress $url).Certificate; $c.Thumbprint; $c.NotAfter; $c.Subject; $c.SerialNumber; $null = $c.DnsNameList'
            Expect = 'param($r) @($r).Count -eq 4 -and $r[0] -match "^[0-9A-F]{40}$" -and $r[1] -is [datetime]' }
        @{ Shape = 'takes the hash of the certificate'
            Script = '$cert = Get-LicCertificate -AdminAddress $url; (Get-LicInventory -AdminAddress $url -CertHash $cert.CertHash).Count'
            Expect = 'param($r) $r -eq 3' }
        @{ Shape = 'adds up by product'
            Script = 'Get-LicInventory -AdminAddress $url -CertHash $cert.CertHash | Group-Object LocalizedLicenseProductName | ForEach-Object { ($_.Group | Measure-Object LicensesAvailable -Sum).Sum }'
            Expect = 'param($r) ($r | Measure-Object -Sum).Sum -eq 40' }
        @{ Shape = 'adds up in hashtables'
            Script = '$inUse = @{}; $all = @{}; foreach ($l in Get-LicInventory -AdminAddress $url -CertHash $cert.CertHash) { $key = $l.LicenseProductName; if ($inUse.ContainsKey($key)) { $inUse[$key] += $l.LicensesInUse; $all[$key] += $l.LicensesAvailable } else { $inUse.Add($key, $l.LicensesInUse); $all.Add($key, $l.LicensesAvailable) } }; foreach ($key in $all.Keys) { "{0} {1} {2:N0}%" -f $key, $all[$key], ($inUse[$key] / $all[$key] * 100) }'
            Expect = 'param($r) $r -contains "XDT 35 3%" -and $r -contains "MPS 5 20%"' }
        @{ Shape = 'leaves out what nobody uses'
            Script = 'Get-LicInventory -AdminAddress $url -CertHash $cert.CertHash | Where-Object { $_.LicensesInUse -ne 0 } | Select-Object LicenseProductName, LicenseEdition, LicensesInUse, LicenseOverdraft'
            Expect = 'param($r) @($r).Count -eq 2 -and $r.LicenseProductName -contains "MPS"' }
        @{ Shape = 'reads every property that is documented, and its other spelling'
            Script = '$l = Get-LicInventory -AdminAddress $url -CertHash $cert.CertHash | Where-Object LicenseProductName -eq XDT | Sort-Object LicensesAvailable | Select-Object -Last 1; $l.LocalizedLicenseProductName, $l.LicenseEdition, $l.LicenseLocalizedEdition, $l.LocalizedLicenseEdition, $l.LicenseModel, $l.LocalizedLicenseModel, $l.LicenseType, $l.LocalizedLicenseType, $l.LicenseSubscriptionAdvantageDate, $l.LicenseCustomerSuccessServicesDate'
            Expect = 'param($r) @($r).Count -eq 10 -and @($r | Where-Object { $null -eq $_ }).Count -eq 0' }
        @{ Shape = 'compares the date of expiry'
            Script = 'Get-LicInventory -AdminAddress $url -CertHash $cert.CertHash | Where-Object { $_.LicenseExpirationDate -gt (Get-Date).AddDays(30) } | ForEach-Object { "{0:d}" -f $_.LicenseExpirationDate.AddDays(-30) }'
            Expect = 'param($r) @($r).Count -eq 3' }
        @{ Shape = 'exports who uses what'
            Script = 'Get-LicUsageDetails -AdminAddress $url -CertHash $cert.CertHash -ProductEditionModel "*" | Export-Csv (Join-Path $folder usage.csv) -NoTypeInformation; Import-Csv (Join-Path $folder usage.csv)'
            Expect = 'param($r) @($r).Count -eq 1 -and "$r" -match "bashir"' }
        @{ Shape = 'asks for one product, edition and model'
            Script = 'Get-LicUsageDetails -AdminAddress $url -CertHash $cert.CertHash -ProductEditionModel "XDT_ENT_UD"'
            Expect = 'param($r) @($r).Count -eq 1 -and "$r" -match "bashir"' }
        @{ Shape = 'splats the parameters of administrators'
            Script = '$common = @{ AdminAddress = $url; CertHash = $cert.CertHash; ErrorAction = "Stop" }; $null = New-LicAdministrator @common -Account "EXAMPLE\ops" -ReadOnly; Set-LicAdministrator @common -Account "EXAMPLE\ops" -ReadOnly:$false; Get-LicAdministrator @common | Select-Object *; Remove-LicAdministrator @common -Account "EXAMPLE\ops"; Get-LicAdministrator @common | Select-Object *'
            Expect = 'param($r) @($r | Where-Object { "$_" -match "ops" }).Count -eq 2' }
        @{ Shape = 'reads and sets the option of the improvement program'
            Script = 'Get-LicCEIPOption -AdminAddress $url -CertHash $cert.CertHash | Out-Null; Set-LicCEIPOption -AdminAddress $url -CertHash $cert.CertHash -CEIPOption None; (Get-LicCEIPOption -AdminAddress $url -CertHash $cert.CertHash | Out-String)'
            Expect = 'param($r) $r -match "none"' }
        @{ Shape = 'sets samples of usage'; Needs = 'Set-LicConfigUsageSamples'
            Script = 'Set-LicConfigUsageSamples -AdminAddress $url -CertHash $cert.CertHash -Enable $true -PollingInterval 15 -RetentionPeriod 180; Get-LicConfigUsageSamples -AdminAddress $url -CertHash $cert.CertHash'
            Expect = 'param($r) $null -ne $r' }
        @{ Shape = 'sets reminders of renewals'; Needs = 'Set-LicSARenewalOptions'
            Script = 'Set-LicSARenewalOptions -AdminAddress $url -CertHash $cert.CertHash -Option Notify; Get-LicSARenewalOptions -AdminAddress $url -CertHash $cert.CertHash'
            Expect = 'param($r) $null -ne $r' }
        @{ Shape = 'asks for localized names'
            Script = 'Get-LicLocalizedNames -AdminAddress $url -CertHash $cert.CertHash'
            Expect = 'param($r) @($r).Count -ge 1' }
        @{ Shape = 'installs a license file again'
            Script = 'Import-LicLicenseFile -AdminAddress $url -CertHash $cert.CertHash -FileName $path -Overwrite | Out-Null; Import-LicLicenseFile -AdminAddress $url -CertHash $cert.CertHash -FileName $path -Overwrite | Out-Null; @(Get-LicInventory -AdminAddress $url -CertHash $cert.CertHash).LicenseProductName.Count'
            Expect = 'param($r) $r -eq 4' }
        @{ Shape = 'catches errors and shows their messages'
            Script = 'try { Get-LicInventory -AdminAddress $url -CertHash ("00" * 32) -ErrorAction Stop } catch { $_.Exception.Message; $_.FullyQualifiedErrorId }'
            Expect = 'param($r) $r[0] -and $r[1] -match "CertificateVerificationFailed"' }
        @{ Shape = 'looks for commands that never existed'
            Script = '@(Get-Command Get-LicAlert, Get-LicUsage, Import-LicFile -ErrorAction SilentlyContinue).Count; try { Get-LicAlert -AdminAddress $url } catch { "unknown" }'
            Expect = 'param($r) $r[0] -eq 0 -and $r[1] -eq "unknown"' }
    )
    Wmi = @(
        @{ Shape = 'shortens the parameters of gwmi'
            Script = 'gwmi -class "Citrix_GT_License_Pool" -Namespace "ROOT\CitrixLicensing" -comp $server -cred $cred'
            Expect = 'param($r) @($r).Count -ge 3' }
        @{ Shape = 'shortens them further'
            Script = 'gwmi -cl Citrix_GT_License_Pool -names "ROOT\CitrixLicensing"'
            Expect = 'param($r) @($r).Count -ge 3' }
        @{ Shape = 'names no computer'
            Script = 'Get-WmiObject -Class "Citrix_GT_License_Pool" -Namespace "ROOT\CitrixLicensing"'
            Expect = 'param($r) @($r).Count -ge 3' }
        @{ Shape = 'filters'
            Script = 'Get-WmiObject -Class Citrix_GT_License_Pool -Namespace "ROOT\CitrixLicensing" -ComputerName . -Filter "PLD=''XDT_PLT_UD''"'
            Expect = 'param($r) $r.Count -eq 30' }
        @{ Shape = 'queries'
            Script = 'Get-WmiObject -Namespace "ROOT\CitrixLicensing" -Query "SELECT Count,InUseCount FROM Citrix_GT_License_Pool WHERE PLD=''XDT_ENT_UD''"'
            Expect = 'param($r) $r.Count -eq 10 -and $r.InUseCount -eq 1' }
        @{ Shape = 'selects properties'
            Script = 'Get-WmiObject -Class Citrix_GT_License_Pool -Namespace "ROOT\CitrixLicensing" -Property PLD,Count'
            Expect = 'param($r) @($r).Count -ge 3 -and $r[0].PLD -and -not $r[0].PSObject.Properties["Overdraft"]' }
        @{ Shape = 'uses Get-CimInstance'
            Script = 'Get-CimInstance -Namespace root\CitrixLicensing -ClassName Citrix_GT_License_Pool'
            Expect = 'param($r) @($r).Count -ge 3 -and $r[0].SubscriptionDate -is [datetime]' }
        @{ Shape = 'uses Get-CimInstance with a query'
            Script = 'Get-CimInstance -Namespace root/CitrixLicensing -Query "Select * From Citrix_GT_License_Pool Where PLD Like ''XDT%''"'
            Expect = 'param($r) @($r).Count -ge 2' }
        @{ Shape = 'makes a session'
            Script = '$o = New-CimSessionOption -UseSsl -SkipCACheck -SkipCNCheck; $session = New-CimSession -ComputerName $s -Credential $cred -Authentication Basic -SessionOption $o; Get-CimInstance -CimSession $session -Namespace root\CitrixLicensing -ClassName Citrix_GT_License_Pool; Remove-CimSession $session'
            Expect = 'param($r) @($r).Count -ge 3' }
        @{ Shape = 'makes a session over DCOM'
            Script = '$o = New-CimSessionOption -Protocol Dcom; $session = New-CimSession -ComputerName $s -Credential $cred -SessionOption $o; Get-CimInstance -CimSession $session -Namespace root\CitrixLicensing -ClassName Citrix_GT_License_Pool'
            Expect = 'param($r) @($r).Count -ge 3' }
        @{ Shape = 'chooses its way by the version of WS-Management'
            Script = '$v = (Test-WSMan -ComputerName $s).ProductVersion; if ([double]($v | Select-String "\d\.\d$").Matches[0].Value -ge 3.0) { Get-CimInstance -Namespace root\CitrixLicensing -ClassName Citrix_GT_License_Pool } else { "old" }'
            Expect = 'param($r) @($r).Count -ge 3' }
        @{ Shape = 'asks for what only Windows has, and catches it'
            Script = 'try { Get-WmiObject Win32_Service -ErrorAction Stop } catch { "outside" }; try { [wmi]"root\cimv2:Win32_Service" } catch { "outside" }; try { Get-Service -ComputerName $s -ErrorAction Stop } catch { "outside" }'
            Expect = 'param($r) "$r" -eq "outside outside outside"' }
    )
    Reading = @(
        @{ Shape = 'matches, likes and equals'
            Script = '$w = gwmi Citrix_GT_License_Pool -Namespace ROOT\CitrixLicensing; @($w | ? { $_.PLD -match $type }).Length; @($w | ? { $_.PLD -like "XDT_ENT_UD" }).Length; @($w | ? { $_.PLD -eq "MPS_ADV_CCU" }).Length'
            Expect = 'param($r) $r[0] -ge 2 -and $r[1] -eq 1 -and $r[2] -eq 1' }
        @{ Shape = 'adds up, subtracts and rounds'
            Script = '$w = gwmi Citrix_GT_License_Pool -Namespace ROOT\CitrixLicensing -Filter "PLD=''XDT_PLT_UD''"; $total = 0; $inuse = 0; $w | % { $total += $_.Count - $_.Overdraft; $inuse += $_.InUseCount }; $total; [Math]::Round($inuse / $total * 100, 0); $w.PooledAvailable'
            Expect = 'param($r) $r[0] -eq 25 -and $r[1] -eq 0 -and $r[2] -eq 30' }
        @{ Shape = 'takes the count of a single row as it is'
            Script = '$one = gwmi Citrix_GT_License_Pool -Namespace ROOT\CitrixLicensing -Filter "PLD=''MPS_ADV_CCU''"; "{0} of {1}" -f $one.InUseCount, $one.Count'
            Expect = 'param($r) $r -eq "1 of 5"' }
        @{ Shape = 'cuts the date, or takes it as a date'
            Script = '(gwmi Citrix_GT_License_Pool -Namespace ROOT\CitrixLicensing -Filter "PLD=''XDT_PLT_UD''").SubscriptionDate.Substring(0,8); (Get-CimInstance -Namespace root\CitrixLicensing -ClassName Citrix_GT_License_Pool -Filter "PLD=''XDT_PLT_UD''").SubscriptionDate.ToUniversalTime().ToString("yyyyMMdd")'
            Expect = 'param($r) $r[0] -eq "20270401" -and $r[1] -eq "20270401"' }
        @{ Shape = 'reads names and types'
            Script = 'gwmi Citrix_GT_License_Pool -Namespace ROOT\CitrixLicensing -Filter "PLD=''XDT_PLT_UD''" | Select-Object LicenseType, PLDFullName, VendorString'
            Expect = 'param($r) $r.LicenseType -eq "Retail" -and $r.PLDFullName -and $r.VendorString' }
        @{ Shape = 'groups and measures'
            Script = '$w = gwmi Citrix_GT_License_Pool -Namespace ROOT\CitrixLicensing; @($w | Select-Object PLD -Unique).Length; @($w | Group-Object PLD).Length; ($w | Measure-Object -Property InUseCount -Sum).Sum'
            Expect = 'param($r) $r[0] -ge 3 -and $r[1] -ge 3 -and $r[2] -eq 2' }
    )
}
