{{/* 1.1 times a duration such as 30d, 720h or 1h30m, in seconds. */}}
{{- define "keyturn.overdueSeconds" -}}
{{- $units := dict "d" 86400000 "h" 3600000 "m" 60000 "s" 1000 "ms" 1 }}
{{- $total := 0 }}
{{- range regexFindAll "[0-9]+(ms|[dhms])" . -1 }}
{{- $total = add $total (mul (regexFind "[0-9]+" . | int64) (get $units (regexFind "[a-z]+" .))) }}
{{- end }}
{{- div (mul $total 11) 10000 }}
{{- end }}
